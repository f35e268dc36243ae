package dev.remit.bench;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * One hop of a floor, a JVM of its own: takes what a poll gives, writes it in one transaction if
 * there is a database, hands it on, and commits. The least that a service of the mesh could do.
 */
final class Hop implements AutoCloseable {
    /** In place of a database's address: this hop writes nothing. */
    static final String NO_DATABASE = "-";

    private final @Nullable Rows rows;
    private final KafkaProducer<String, byte[]> producer;
    private final String to;

    Hop(String servers, String to, String database, String user, String password, int number)
            throws SQLException {
        this.rows =
                database.equals(NO_DATABASE) ? null : new Rows(database, user, password, number);
        this.producer = producer(servers);
        this.to = to;
    }

    /**
     * Runs until standard input ends.
     *
     * @param arguments broker, topic to read, topic to write, database or -, its user, number of
     *     the hop; the password is the first line of standard input
     */
    public static void main(String[] arguments) throws Exception {
        BufferedReader input =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String password = Objects.requireNonNull(input.readLine(), "no first line");
        ChildJvm.endWith(input);
        String from = arguments[1];
        try (Hop hop =
                        new Hop(
                                arguments[0],
                                arguments[2],
                                arguments[3],
                                arguments[4],
                                password,
                                Integer.parseInt(arguments[5]));
                KafkaConsumer<String, byte[]> consumer = consumer(arguments[0], from)) {
            consumer.subscribe(List.of(from));
            while (consumer.assignment().isEmpty()) {
                hop.take(consumer.poll(Duration.ofMillis(100)));
            }
            System.out.println("ready");
            while (true) {
                ConsumerRecords<String, byte[]> records = consumer.poll(Duration.ofSeconds(1));
                if (!records.isEmpty()) {
                    hop.take(records);
                    consumer.commitAsync();
                }
            }
        }
    }

    private void take(ConsumerRecords<String, byte[]> records) throws SQLException {
        List<Message> messages = new ArrayList<>(records.count());
        for (ConsumerRecord<String, byte[]> record : records) {
            messages.add(new Message(UUID.fromString(record.key()), record.value()));
        }
        hand(messages);
    }

    /** One batch: one transaction, then the messages, acknowledged when this returns. */
    private void hand(List<Message> messages) throws SQLException {
        send(messages);
        producer.flush();
    }

    /** One batch, without waiting for the broker: the sender of a chain is not to hold it up. */
    void send(List<Message> messages) throws SQLException {
        if (rows != null && !messages.isEmpty()) {
            rows.write(to, messages);
        }
        for (Message message : messages) {
            var _ =
                    producer.send(
                            new ProducerRecord<>(
                                    to, message.change().toString(), message.payload()),
                            (sent, failure) -> {
                                if (failure != null) {
                                    System.err.println("a message was lost: " + failure);
                                }
                            });
        }
    }

    @Override
    public void close() throws SQLException {
        producer.close(Duration.ofSeconds(2));
        if (rows != null) {
            rows.close();
        }
    }

    static KafkaConsumer<String, byte[]> consumer(String servers, String group) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        servers,
                        "group.id",
                        group,
                        "auto.offset.reset",
                        "earliest",
                        "enable.auto.commit",
                        "false",
                        "max.poll.records",
                        "500"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }

    private static KafkaProducer<String, byte[]> producer(String servers) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", servers, "acks", "all", "linger.ms", "0"),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    /** What a hop keeps: a state row a change, and an outbox row a message with its payload. */
    private static final class Rows implements AutoCloseable {
        private final Connection connection;
        private final PreparedStatement write;
        private final int number;

        Rows(String database, String user, String password, int number) throws SQLException {
            this.number = number;
            this.connection = DriverManager.getConnection(database, user, password);
            try (Statement statement = connection.createStatement()) {
                statement.execute(
                        """
                        create table if not exists state_%1$d (
                          change_id uuid primary key, sequence int not null, state text not null,
                          changed_at timestamptz not null);
                        create table if not exists outbox_%1$d (
                          position bigint generated always as identity primary key, id uuid not null unique,
                          topic text not null, key text not null, headers text not null, payload bytea not null)
                        """
                                .formatted(number));
            }
            // one statement, so one round trip and one commit a batch
            this.write =
                    connection.prepareStatement(
                            """
                            with written as (
                              insert into state_%1$d (change_id, sequence, state, changed_at)
                              select change, ?, 'MOVED', now() from unnest(?::uuid[]) as change
                              on conflict (change_id) do update
                              set sequence = excluded.sequence, state = excluded.state,
                                  changed_at = excluded.changed_at)
                            insert into outbox_%1$d (id, topic, key, headers, payload)
                            select uuidv7(), ?, change::text, '', payload
                            from unnest(?::uuid[], ?::bytea[]) as each (change, payload)
                            """
                                    .formatted(number));
        }

        void write(String topic, List<Message> messages) throws SQLException {
            UUID[] changes = messages.stream().map(Message::change).toArray(UUID[]::new);
            byte[][] payloads = messages.stream().map(Message::payload).toArray(byte[][]::new);
            write.setInt(1, number);
            write.setArray(2, connection.createArrayOf("uuid", changes));
            write.setString(3, topic);
            write.setArray(4, connection.createArrayOf("uuid", changes));
            write.setArray(5, connection.createArrayOf("bytea", payloads));
            write.executeUpdate();
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }
}
