package dev.remit.stack;

import dev.remit.handoff.Topic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;

/** The catalogue's topics on a Kafka cluster. */
public final class Topics implements Preparation {
    private static final String TOKENS_ALLOWED = "org.apache.kafka.sasl.oauthbearer.allowed.urls";

    private static final String CLEANUP = "cleanup.policy";

    private final String servers;
    private final Map<String, String> client;
    private final Layout layout;

    /**
     * How a topic that is made is laid out; one that is there keeps its own.
     *
     * @param partitions how many; more replicas of a service than this have nothing to read
     * @param replicas on how many brokers; empty for the cluster's default
     * @param inSync how many of them must have a message before it counts as written
     *     (min.insync.replicas); empty for the cluster's default
     */
    public record Layout(int partitions, Optional<Integer> replicas, Optional<Integer> inSync) {}

    /**
     * @param servers host:port of one or more brokers, separated by commas
     * @param client more settings of a Kafka client, for example its security
     */
    public Topics(String servers, Map<String, String> client, Layout layout) {
        this.servers = servers;
        this.client = Map.copyOf(client);
        this.layout = layout;
    }

    @Override
    public String what() {
        return "topics";
    }

    @Override
    public String where() {
        return "at " + servers;
    }

    @Override
    public Optional<String> trouble() throws InterruptedException {
        return trouble(servers, client);
    }

    /** What keeps this client from the cluster; empty when it answers. */
    static Optional<String> trouble(String servers, Map<String, String> client)
            throws InterruptedException {
        try (Admin admin = admin(servers, client)) {
            admin.describeCluster().nodes().get(2, TimeUnit.SECONDS);
            return Optional.empty();
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            return Optional.of(words(e));
        }
    }

    @Override
    public String advice() {
        return "Check the bootstrap servers, and that the brokers' advertised listeners can be reached from here.";
    }

    @Override
    public String make() throws IOException, InterruptedException {
        try (Admin admin = admin()) {
            Set<String> present = admin.listTopics().names().get(10, TimeUnit.SECONDS);
            List<Topic> missing =
                    Arrays.stream(Topic.values())
                            .filter(topic -> !present.contains(topic.topicName()))
                            .toList();
            admin.createTopics(missing.stream().map(this::laidOut).toList())
                    .all()
                    .get(30, TimeUnit.SECONDS);
            List<Topic> kept = new ArrayList<>(List.of(Topic.values()));
            kept.removeAll(missing);
            check(admin, kept);
            return "%d made, %d were there%s"
                    .formatted(missing.size(), kept.size(), otherwise(admin, kept));
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw new IOException(
                    "cannot make the topics " + where() + ": " + words(e) + ". " + advice(), e);
        }
    }

    private NewTopic laidOut(Topic topic) {
        Map<String, String> settings = new HashMap<>(topic.settings());
        layout.inSync()
                .ifPresent(count -> settings.put("min.insync.replicas", String.valueOf(count)));
        return new NewTopic(
                        topic.topicName(),
                        Optional.of(layout.partitions()),
                        layout.replicas().map(Integer::shortValue))
                .configs(settings);
    }

    /** A handoff topic that is compacted forgets handoffs: that is no difference to live with. */
    private static void check(Admin admin, List<Topic> kept)
            throws IOException, ExecutionException, InterruptedException, TimeoutException {
        Map<ConfigResource, Topic> asked =
                kept.stream()
                        .collect(
                                Collectors.toMap(
                                        topic ->
                                                new ConfigResource(
                                                        ConfigResource.Type.TOPIC,
                                                        topic.topicName()),
                                        topic -> topic));
        Map<ConfigResource, Config> found =
                admin.describeConfigs(asked.keySet()).all().get(20, TimeUnit.SECONDS);
        for (Map.Entry<ConfigResource, Config> each : found.entrySet()) {
            String name = each.getKey().name();
            String wanted = Topic.of(name).settings().get(CLEANUP);
            String is = each.getValue().get(CLEANUP).value();
            if (!is.equals(wanted)) {
                throw new IOException(
                        "topic %s has %s=%s, and must have %s: kafka-configs.sh --alter --entity-type topics --entity-name %1$s --add-config %2$s=%4$s"
                                .formatted(name, CLEANUP, is, wanted));
            }
        }
    }

    private String otherwise(Admin admin, List<Topic> kept)
            throws ExecutionException, InterruptedException, TimeoutException {
        Map<String, TopicDescription> found =
                admin.describeTopics(kept.stream().map(Topic::topicName).toList())
                        .allTopicNames()
                        .get(20, TimeUnit.SECONDS);
        List<String> other =
                found.values().stream()
                        .filter(topic -> topic.partitions().size() != layout.partitions())
                        .map(topic -> topic.name() + " (" + topic.partitions().size() + ")")
                        .sorted()
                        .toList();
        return other.isEmpty()
                ? ""
                : "; left with other than %d partitions: %s"
                        .formatted(layout.partitions(), String.join(", ", other));
    }

    private Admin admin() {
        return admin(servers, client);
    }

    /**
     * A client of the cluster.
     *
     * @param client its settings; where it fetches tokens it may fetch them, as a service may
     */
    static Admin admin(String servers, Map<String, String> client) {
        String tokens = client.get("sasl.oauthbearer.token.endpoint.url");
        if (tokens != null && System.getProperty(TOKENS_ALLOWED) == null) {
            System.setProperty(TOKENS_ALLOWED, tokens);
        }
        Map<String, Object> config = new HashMap<>(client);
        config.put("bootstrap.servers", servers);
        config.put("reconnect.backoff.ms", "50");
        config.put("reconnect.backoff.max.ms", "200");
        config.put("default.api.timeout.ms", "5000");
        config.put("request.timeout.ms", "4000");
        return Admin.create(config);
    }

    static String words(Exception failure) {
        Throwable cause =
                failure instanceof ExecutionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        while (cause instanceof KafkaException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
