package dev.remit.handoff;

import static dev.remit.handoff.Service.APPROVAL_ROUTING;
import static dev.remit.handoff.Service.CONNECTOR;
import static dev.remit.handoff.Service.DATA_READINESS;
import static dev.remit.handoff.Service.EVIDENCE_LEDGER;
import static dev.remit.handoff.Service.EXECUTOR;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * The topics, and which services read them. The evidence ledger reads every one but its own
 * checkpoints: a checkpoint that became a leaf would call for the next checkpoint, without end.
 */
public enum Topic {
    IDENTITY_OBSERVED("remit.identity.observed.v1", "subject id", DATA_READINESS, APPROVAL_ROUTING),
    CHANGE_PROPOSED("remit.change.proposed.v1", "change id", DATA_READINESS),
    CHANGE_READINESS("remit.change.readiness.v1", "change id", APPROVAL_ROUTING),
    CHANGE_APPROVAL("remit.change.approval.v1", "change id"),
    CHANGE_AUTHORIZED("remit.change.authorized.v1", "change id", EXECUTOR),
    CHANGE_EXECUTED("remit.change.executed.v1", "change id", APPROVAL_ROUTING),
    CHANGE_CLOSED("remit.change.closed.v1", "change id", CONNECTOR),
    CORRECTION("remit.correction.v1", "subject id"),
    CHARTER("remit.charter.v1", "charter name", DATA_READINESS, APPROVAL_ROUTING),
    AUTHORITY("remit.authority.v1", "scope", DATA_READINESS, APPROVAL_ROUTING, EXECUTOR),
    PASSKEY("remit.passkey.v1", "person id"),
    ACCESS("remit.access.v1", "worker id"),
    CHECKPOINT("remit.checkpoint.v1", "log origin"),
    DEAD_LETTER("remit.dead-letter.v1", "original key");

    private final String topicName;
    private final String key;
    private final Set<Service> readers;

    Topic(String topicName, String key, Service... readers) {
        this.topicName = topicName;
        this.key = key;
        this.readers = EnumSet.noneOf(Service.class);
        this.readers.addAll(Arrays.asList(readers));
        if (!topicName.startsWith("remit.checkpoint.")) {
            this.readers.add(EVIDENCE_LEDGER);
        }
    }

    /** The Kafka topic, for example {@code remit.change.proposed.v1}. */
    public String topicName() {
        return topicName;
    }

    /** What the record key is, in words. */
    public String key() {
        return key;
    }

    public boolean isReadBy(Service service) {
        return readers.contains(service);
    }

    /** Whether some message of the catalogue is sent on it by this service. */
    public boolean isWrittenBy(Service service) {
        return Arrays.stream(Handoff.values())
                .anyMatch(handoff -> handoff.topic() == this && handoff.maySend(service));
    }

    /** Only the latest charter of a name is kept for ever; everything else by retention. */
    public boolean isCompacted() {
        return this == CHARTER;
    }

    /**
     * What a broker must keep to, as Kafka's topic settings; how many partitions and replicas there
     * are is for whoever runs it.
     */
    public Map<String, String> settings() {
        return isCompacted()
                ? Map.of("cleanup.policy", "compact")
                : Map.of("cleanup.policy", "delete", "retention.ms", "-1");
    }

    /**
     * The topic with this Kafka name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Topic of(String topicName) {
        return Arrays.stream(values())
                .filter(topic -> topic.topicName.equals(topicName))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("no topic is named '" + topicName + "'"));
    }
}
