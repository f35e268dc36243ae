package dev.remit.handoff;

import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.seal.Seal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.SchemaParser;

/**
 * {@code docs/asyncapi.yaml}: the catalogue in AsyncAPI 3.0. Payloads are the released schemas
 * themselves, so that nothing is said twice.
 */
final class AsyncApi {
    private static final Map<String, String> HEADERS =
            Map.ofEntries(
                    Map.entry("ce_specversion", "const: \"1.0\""),
                    Map.entry("ce_id", "format: uuid, description: the same at a redelivery"),
                    Map.entry(
                            "ce_source",
                            "pattern: \"^/remit/[a-z-]+$\", description: the sending service"),
                    Map.entry("ce_type", "description: the Avro record's full name"),
                    Map.entry(
                            "ce_subject", "description: whom or what it is about; the record key"),
                    Map.entry("ce_time", "format: date-time, description: when it was written"),
                    Map.entry(
                            "ce_dataschema",
                            "pattern: \"^urn:remit:avro:[A-Za-z]+:[0-9a-f]{16}$\", description: CRC-64-AVRO fingerprint of the writer's schema"),
                    Map.entry(
                            "ce_correlationid",
                            "format: uuid, description: the change it belongs to"),
                    Map.entry("ce_causationid", "format: uuid, description: the message behind it"),
                    Map.entry(
                            "ce_sequence",
                            "pattern: \"^[0-9]{10}$\", description: \"position among the handoffs of its change, from 1\""),
                    Map.entry("ce_prev", "description: hash of the handoff before it"),
                    Map.entry("content-type", "const: avro/binary"),
                    Map.entry(Seal.KEY_HEADER, "description: the signer's key"),
                    Map.entry(
                            Seal.SEAL_HEADER,
                            "description: \"index, size, Ed25519 signature over the batch's Merkle root, and the path to it\""));

    private AsyncApi() {}

    /**
     * The document.
     *
     * @param released the folder of the released schemas
     */
    static String text(Path released) throws IOException {
        StringBuilder text =
                new StringBuilder(
                        """
                        # Written from Handoff and Topic by CatalogueTest: -Dremit.golden=write.
                        asyncapi: 3.0.0
                        info:
                          title: Remit
                          version: 0.1.0
                          description: >-
                            Every handoff of authority over an identity change. CloudEvents 1.0 in Kafka's binary mode; each message is sealed.
                            A payload starts with a zero byte and the registry's content id in four bytes, then Avro binary.
                        defaultContentType: avro/binary

                        channels:
                        """);
        for (Topic topic : Topic.values()) {
            text.append(
                    """
                      %s:
                        address: %s
                        description: The record key is the %s.
                        messages:
                    """
                            .formatted(id(topic), topic.topicName(), topic.key()));
            for (Handoff handoff : on(topic)) {
                text.append(
                        "      %s: { $ref: \"#/components/messages/%1$s\" }\n"
                                .formatted(handoff.recordName()));
            }
            text.append(
                    """
                        bindings:
                          kafka:
                            partitions: %d
                            replicas: %d
                            topicConfiguration: { cleanup.policy: [%s]%s }
                            bindingVersion: 0.5.0
                    """
                            .formatted(
                                    TopicManifests.PARTITIONS,
                                    TopicManifests.REPLICAS,
                                    topic.settings().get("cleanup.policy"),
                                    topic.settings().containsKey("retention.ms")
                                            ? ", retention.ms: "
                                                    + topic.settings().get("retention.ms")
                                            : ""));
        }
        text.append("\noperations:\n");
        for (Service service : Service.values()) {
            for (Topic topic : Topic.values()) {
                List<Handoff> sent =
                        on(topic).stream().filter(each -> each.maySend(service)).toList();
                if (!sent.isEmpty()) {
                    operation(text, service, "send", topic, sent);
                }
                if (topic.isReadBy(service)) {
                    operation(text, service, "receive", topic, on(topic));
                }
            }
        }
        text.append("\ncomponents:\n  messages:\n");
        Map<Long, String> files = files(released);
        for (Handoff handoff : Handoff.values()) {
            text.append(
                    """
                        %s:
                          name: %s
                          summary: %s
                          contentType: avro/binary
                          headers:
                            allOf:
                              - $ref: "#/components/schemas/Envelope"
                              - { type: object, properties: { ce_type: { const: %2$s } } }
                          payload:
                            schemaFormat: application/vnd.apache.avro;version=1.9.0
                            schema: { $ref: "../schemas/released/%s" }
                          bindings:
                            kafka:
                              key: { type: string }
                              schemaIdLocation: payload
                              schemaIdPayloadEncoding: confluent
                              bindingVersion: 0.5.0
                    """
                            .formatted(
                                    handoff.recordName(),
                                    handoff.type(),
                                    quoted(handoff.schema().getDoc()),
                                    Objects.requireNonNull(
                                            files.get(fingerprint(handoff.schema())),
                                            handoff.recordName() + " is not released")));
        }
        Map<String, String> all = envelope(2).headers();
        Set<String> required = envelope(0).headers().keySet();
        text.append("  schemas:\n    Envelope:\n      type: object\n      required: [");
        text.append(String.join(", ", required));
        text.append(", %s, %s]\n      properties:\n".formatted(Seal.KEY_HEADER, Seal.SEAL_HEADER));
        for (String header :
                Stream.concat(all.keySet().stream(), Stream.of(Seal.KEY_HEADER, Seal.SEAL_HEADER))
                        .toList()) {
            text.append(
                    "        %s: { type: string, %s }\n"
                            .formatted(
                                    header,
                                    Objects.requireNonNull(
                                            HEADERS.get(header), header + " is not described")));
        }
        return text.toString();
    }

    private static void operation(
            StringBuilder text,
            Service service,
            String action,
            Topic topic,
            List<Handoff> messages) {
        text.append(
                """
                  %s-%s-%s:
                    action: %2$s
                    channel: { $ref: "#/channels/%3$s" }
                    tags: [{ name: %1$s }]
                    messages:
                """
                        .formatted(service.id(), action, id(topic)));
        for (Handoff handoff : messages) {
            text.append(
                    "      - $ref: \"#/channels/%s/messages/%s\"\n"
                            .formatted(id(topic), handoff.recordName()));
        }
        if (action.equals("receive")) {
            text.append(
                    "    bindings: { kafka: { groupId: { type: string, const: %s }, bindingVersion: 0.5.0 } }\n"
                            .formatted(service.id()));
        }
    }

    private static List<Handoff> on(Topic topic) {
        return Arrays.stream(Handoff.values()).filter(each -> each.topic() == topic).toList();
    }

    private static String id(Topic topic) {
        return topic.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static long fingerprint(Schema schema) {
        return SchemaNormalization.parsingFingerprint64(schema);
    }

    /** Fingerprint to file, the latest where two versions have the same. */
    private static Map<Long, String> files(Path released) throws IOException {
        Map<Long, String> files = new TreeMap<>();
        for (String file : Files.readAllLines(released.resolve("index"))) {
            String schema = Files.readString(released.resolve(file));
            files.put(fingerprint(new SchemaParser().parse(schema).mainSchema()), file);
        }
        return files;
    }

    /** An envelope with every header, or outside any change with as few as there can be. */
    private static Envelope envelope(int sequence) {
        UUID id = new UUID(0, 1);
        boolean chained = sequence > 0;
        return new Envelope(
                id,
                Service.CONNECTOR,
                Handoff.CHANGE_PROPOSED,
                "subject",
                Instant.EPOCH,
                Handoff.CHANGE_PROPOSED.dataschema(),
                chained ? id : null,
                chained ? id : null,
                sequence,
                chained ? Hash.sha256(new byte[0]) : null);
    }
}
