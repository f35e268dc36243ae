package dev.remit.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.Handoff;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class PassageTest {
    private final Instant proposedAt = Instant.now().minusMillis(40);
    private final Passage passage = new Passage();

    @Test
    void aChangeCountsWhenItsClosureSaysCompleted() throws Exception {
        Passage.Run run = passage.expect(10, 2);
        UUID first = UUID.randomUUID();
        UUID second = UUID.randomUUID();

        passage.arrived(proposed(first, 10), 1);
        passage.arrived(proposed(second, 11), 2);
        passage.arrived(closed(first, "COMPLETED"), 1_000);
        passage.arrived(closed(second, "FAILED"), 2_000);

        assertThat(run.completed.get()).isEqualTo(1);
        assertThat(run.isOver()).isTrue();
        assertThat(run.endedNanos).containsExactly(1_000, 0);
        assertThat(run.outcomes()).containsEntry("FAILED", 1);
        assertThat(run.fromProposal()).hasSize(1);
        assertThat(Duration.ofNanos(run.fromProposal()[0])).isGreaterThan(Duration.ofMillis(39));
    }

    @Test
    void aClosureThatIsReadBeforeItsProposalCountsToo() throws Exception {
        Passage.Run run = passage.expect(0, 1);
        UUID change = UUID.randomUUID();

        passage.arrived(closed(change, "COMPLETED"), 500);
        assertThat(run.completed.get()).isZero();
        passage.arrived(proposed(change, 0), 600);

        assertThat(run.completed.get()).isEqualTo(1);
        assertThat(run.endedNanos).containsExactly(500);
    }

    @Test
    void aRedeliveredMessageCountsOnce() throws Exception {
        Passage.Run run = passage.expect(0, 2);
        UUID change = UUID.randomUUID();

        for (int time = 0; time < 2; time++) {
            passage.arrived(proposed(change, 0), 1);
            passage.arrived(closed(change, "COMPLETED"), 2);
        }

        assertThat(run.proposals.get()).isEqualTo(1);
        assertThat(run.completed.get()).isEqualTo(1);
    }

    @Test
    void changesOfOthersAndOfEarlierRunsDoNotCount() throws Exception {
        passage.expect(0, 1);
        UUID late = UUID.randomUUID();
        passage.arrived(proposed(late, 0), 1);
        Passage.Run run = passage.expect(1, 1);

        passage.arrived(proposed(UUID.randomUUID(), 5), 1);
        passage.arrived(closed(late, "COMPLETED"), 2);

        assertThat(run.proposals.get()).isZero();
        assertThat(run.completed.get()).isZero();
    }

    @Test
    void anOpenStageWaitsAndAHeldOneIsTold() throws Exception {
        UUID open = UUID.randomUUID();

        passage.arrived(requested(open, null), 1);
        passage.arrived(requested(UUID.randomUUID(), "nobody is eligible"), 2);

        assertThat(passage.waiting())
                .containsExactly(new Passage.Waiting(open.toString(), "ab".repeat(32)));
        assertThat(passage.held()).contains("nobody is eligible");
    }

    private ConsumerRecord<String, byte[]> proposed(UUID change, int worker) throws Exception {
        return record(
                Handoff.CHANGE_PROPOSED,
                change,
                message -> {
                    GenericRecord body = (GenericRecord) message.get("change");
                    ((GenericRecord) body.get("subject")).put("id", ScimServer.worker(worker));
                });
    }

    private ConsumerRecord<String, byte[]> closed(UUID change, String outcome) throws Exception {
        return record(
                Handoff.CHANGE_CLOSED,
                change,
                message -> {
                    Schema type = message.getSchema().getField("outcome").schema();
                    message.put("outcome", new GenericData.EnumSymbol(type, outcome));
                });
    }

    private ConsumerRecord<String, byte[]> requested(UUID change, String held) throws Exception {
        return record(
                Handoff.APPROVAL_REQUESTED,
                change,
                message -> {
                    message.put("held", held);
                    message.put("planHash", "ab".repeat(32));
                });
    }

    private ConsumerRecord<String, byte[]> record(
            Handoff handoff, UUID change, Consumer<GenericRecord> fill) throws Exception {
        GenericRecord message = (GenericRecord) blank(handoff.schema());
        fill.accept(message);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(new byte[] {0, 0, 0, 0, 1});
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(handoff.schema()).write(message, encoder);
        encoder.flush();
        ConsumerRecord<String, byte[]> record =
                new ConsumerRecord<>(
                        handoff.topic().topicName(), 0, 0, change.toString(), out.toByteArray());
        header(record, "ce_type", handoff.type());
        header(record, "ce_dataschema", handoff.dataschema());
        header(record, "ce_time", proposedAt.toString());
        return record;
    }

    private static void header(ConsumerRecord<?, ?> record, String name, String text) {
        record.headers().add(name, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The least that a schema allows. */
    private static Object blank(Schema schema) {
        return switch (schema.getType()) {
            case RECORD -> {
                GenericRecord record = new GenericData.Record(schema);
                schema.getFields()
                        .forEach(field -> record.put(field.name(), blank(field.schema())));
                yield record;
            }
            case ENUM -> new GenericData.EnumSymbol(schema, schema.getEnumSymbols().getFirst());
            case ARRAY -> new GenericData.Array<>(0, schema);
            case MAP -> java.util.Map.of();
            case UNION -> blank(schema.getTypes().getFirst());
            case STRING -> "";
            case BYTES -> java.nio.ByteBuffer.allocate(0);
            case INT -> 0;
            case LONG -> 0L;
            case BOOLEAN -> false;
            case NULL -> null;
            case FIXED, FLOAT, DOUBLE -> throw new IllegalArgumentException("no " + schema);
        };
    }
}
