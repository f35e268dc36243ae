package dev.remit.handoff;

import java.util.Map;
import java.util.TreeMap;

/** {@code deploy/strimzi/topics.yaml}: the topics for a production cluster run by Strimzi. */
final class TopicManifests {
    /** As many replicas of a service can share its work; fixed, since the order hangs on it. */
    static final int PARTITIONS = 12;

    static final int REPLICAS = 3;
    static final int IN_SYNC = 2;

    private TopicManifests() {}

    static String text() {
        StringBuilder text =
                new StringBuilder(
                        """
                        # Written from Topic by CatalogueTest: -Dremit.golden=write. For a cluster named remit.
                        #
                        # Partitions are fixed: a change's order hangs on its partition, and with another number of them it gets another one.
                        # Handoffs are kept for ever (retention.ms -1); a limit must be longer than any service may be down.
                        """);
        for (Topic topic : Topic.values()) {
            text.append(
                    """
                    ---
                    apiVersion: kafka.strimzi.io/v1
                    kind: KafkaTopic
                    metadata:
                      name: %s
                      labels: { strimzi.io/cluster: remit }
                    spec:
                      partitions: %d
                      replicas: %d
                      config:
                    """
                            .formatted(topic.topicName(), PARTITIONS, REPLICAS));
            Map<String, String> settings = new TreeMap<>(topic.settings());
            settings.put("min.insync.replicas", String.valueOf(IN_SYNC));
            settings.forEach((name, value) ->
                    text.append("    ").append(name).append(": ").append(value).append('\n'));
        }
        return text.toString();
    }
}
