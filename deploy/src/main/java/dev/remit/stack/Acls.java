package dev.remit.stack;

import dev.remit.handoff.Service;
import dev.remit.handoff.Topic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Who may do what on a Kafka cluster, from the catalogue: a service's principal is {@code
 * User:<service>}; it writes the topics of what it may send, reads those it follows, as its own
 * consumer group, and nothing else. What others may is left as it is.
 */
public final class Acls implements Preparation {
    private final String servers;
    private final Map<String, String> client;

    /**
     * @param servers host:port of one or more brokers, separated by commas
     * @param client more settings of a Kafka client; its principal may alter the cluster
     */
    public Acls(String servers, Map<String, String> client) {
        this.servers = servers;
        this.client = Map.copyOf(client);
    }

    @Override
    public String what() {
        return "acls";
    }

    @Override
    public String where() {
        return "at " + servers;
    }

    @Override
    public Optional<String> trouble() throws InterruptedException {
        return Topics.trouble(servers, client);
    }

    @Override
    public String advice() {
        return "The brokers need an authorizer (authorizer.class.name), and this client's principal the right to alter the cluster.";
    }

    @Override
    public String make() throws IOException, InterruptedException {
        List<AclBinding> rights = new ArrayList<>();
        for (Service service : Service.values()) {
            rights.addAll(of(service));
        }
        try (Admin admin = Topics.admin(servers, client)) {
            admin.createAcls(rights).all().get(30, TimeUnit.SECONDS);
            return rights.size() + " rights of " + Service.values().length + " services";
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw new IOException(
                    "cannot set rights " + where() + ": " + Topics.words(e) + ". " + advice(), e);
        }
    }

    /** A service's rights. */
    static List<AclBinding> of(Service service) {
        List<AclBinding> rights = new ArrayList<>();
        for (Topic topic : Topic.values()) {
            if (topic.isReadBy(service)) {
                rights.add(right(service, ResourceType.TOPIC, topic, AclOperation.READ));
            }
            if (topic.isWrittenBy(service)) {
                rights.add(right(service, ResourceType.TOPIC, topic, AclOperation.WRITE));
            }
        }
        rights.add(right(service, ResourceType.GROUP, service.id(), AclOperation.READ));
        return rights;
    }

    private static AclBinding right(
            Service service, ResourceType type, Topic topic, AclOperation operation) {
        return right(service, type, topic.topicName(), operation);
    }

    private static AclBinding right(
            Service service, ResourceType type, String name, AclOperation operation) {
        return new AclBinding(
                new ResourcePattern(type, name, PatternType.LITERAL),
                new AccessControlEntry(
                        "User:" + service.id(), "*", operation, AclPermissionType.ALLOW));
    }
}
