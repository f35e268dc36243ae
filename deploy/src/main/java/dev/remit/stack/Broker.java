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

/** Apache Kafka in KRaft mode, one node, with the catalogue's topics. */
final class Broker extends Part {
    private static final int PARTITIONS = 4;
    private OptionalInt advertised = OptionalInt.empty();

    Broker(Home home) {
        super("kafka", home);
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
        Files.writeString(properties, properties(data));
        if (!Files.exists(data.resolve("meta.properties"))) {
            run(
                    "kafka.tools.StorageTool",
                    "format",
                    "--standalone",
                    "-t",
                    Uuid.randomUuid().toString(),
                    "-c",
                    properties.toString());
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
    }

    private Topics topics() throws IOException {
        return new Topics(
                "127.0.0.1:" + home().port("kafka"),
                Map.of(),
                new Topics.Layout(PARTITIONS, Optional.empty(), Optional.empty()));
    }

    private List<String> java(String main, String... arguments) {
        List<String> rest =
                new ArrayList<>(
                        List.of(
                                "-cp",
                                home().top().resolve("deploy/broker/target/lib") + "/*",
                                main));
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
        listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
        advertised.listeners=PLAINTEXT://127.0.0.1:%4$d
        controller.listener.names=CONTROLLER
        inter.broker.listener.name=PLAINTEXT
        listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
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
                .formatted(client, controller, data, advertised.orElse(client));
    }
}
