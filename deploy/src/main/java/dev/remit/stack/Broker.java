package dev.remit.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/** Apache Kafka in KRaft mode, one node, with the catalogue's topics. */
final class Broker extends Part {
    private static final int PARTITIONS = 4;
    private OptionalInt advertised = OptionalInt.empty();
    private @Nullable KafkaSecurity security;
    private OptionalInt tokens = OptionalInt.empty();

    Broker(Home home) {
        super("kafka", home);
    }

    /** Demands TLS, a name and rights, from its first start on. */
    void secure(KafkaSecurity with) {
        security = with;
    }

    /**
     * Listens on another port too, where a token is demanded, from its next start on: that fetches
     * the keys that tokens are signed with.
     */
    void demandTokens(int port) {
        tokens = OptionalInt.of(port);
    }

    /** Tells clients to connect to another port on loopback, from its next start on. */
    void advertise(int port) {
        advertised = OptionalInt.of(port);
    }

    @Override
    List<String> needs() {
        return List.of();
    }

    @Override
    void start() throws IOException, InterruptedException {
        Path data = home().data().resolve("kafka");
        Path properties = home().config().resolve("kafka.properties");
        Files.createDirectories(home().config());
        Files.createDirectories(home().logs());
        if (security != null) {
            security.makeCertificate(child().log());
        }
        // only its owner reads it: it may hold passwords
        Home.write(properties, Map.of());
        Files.writeString(properties, properties(data));
        if (!Files.exists(data.resolve("meta.properties"))) {
            List<String> format =
                    new ArrayList<>(
                            List.of(
                                    "format",
                                    "--standalone",
                                    "-t",
                                    Uuid.randomUuid().toString(),
                                    "-c",
                                    properties.toString()));
            if (security != null) {
                format.addAll(security.firstUser());
            }
            run("kafka.tools.StorageTool", format.toArray(String[]::new));
        }
        child().start(java("kafka.Kafka", properties.toString()), Map.of(), data);
    }

    @Override
    boolean isReady() {
        try {
            return topics().trouble().isEmpty();
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    void afterwards() throws IOException, InterruptedException {
        topics().make();
        if (security != null) {
            security.addUsers(servers());
        }
    }

    private String servers() throws IOException {
        return "127.0.0.1:" + home().port("kafka");
    }

    private Topics topics() throws IOException {
        return new Topics(
                servers(),
                security == null ? Map.of() : security.client(KafkaSecurity.ADMIN),
                new Topics.Layout(PARTITIONS, Optional.empty(), Optional.empty()));
    }

    private List<String> java(String main, String... arguments) throws IOException {
        List<String> rest =
                new ArrayList<>(
                        tokens.isPresent()
                                ? List.of(
                                        "-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls="
                                                + KafkaTokens.keys(home()))
                                : List.of());
        rest.addAll(List.of("-cp", home().top().resolve("deploy/broker/target/lib") + "/*", main));
        rest.addAll(List.of(arguments));
        return Java.command(use(), 256, rest);
    }

    private void run(String main, String... arguments) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(java(main, arguments))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(child().log().toFile()))
                        .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(main + " failed; see " + child().log());
        }
    }

    private String properties(Path data) throws IOException {
        int client = home().port("kafka");
        int controller = home().port("kafka-controller");
        return """
        process.roles=broker,controller
        node.id=1
        controller.quorum.bootstrap.servers=127.0.0.1:%2$d
        listeners=CLIENT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d%6$s
        advertised.listeners=CLIENT://127.0.0.1:%4$d%6$s
        controller.listener.names=CONTROLLER
        inter.broker.listener.name=CLIENT
        listener.security.protocol.map=CLIENT:%5$s,CONTROLLER:PLAINTEXT,TOKENS:SASL_SSL
        log.dirs=%3$s
        num.partitions=4
        offsets.topic.replication.factor=1
        offsets.topic.num.partitions=4
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        transaction.state.log.num.partitions=4
        share.coordinator.state.topic.replication.factor=1
        share.coordinator.state.topic.min.isr=1
        share.coordinator.state.topic.num.partitions=1
        group.initial.rebalance.delay.ms=0
        auto.create.topics.enable=false
        log.cleaner.dedupe.buffer.size=20000000
        num.network.threads=2
        num.io.threads=2
        """
                        .formatted(
                                client,
                                controller,
                                data,
                                advertised.orElse(client),
                                security == null ? "PLAINTEXT" : "SASL_SSL",
                                tokens.isPresent()
                                        ? ",TOKENS://127.0.0.1:" + tokens.getAsInt()
                                        : "")
                + (security == null ? "" : security.broker())
                + (tokens.isPresent() ? KafkaTokens.broker(home()) : "");
    }
}
