package dev.remit.handoff;

/** {@code deploy/strimzi/users.yaml}: a Kafka user for each service, with its rights. */
final class UserManifests {
    private UserManifests() {}

    static String text() {
        StringBuilder text =
                new StringBuilder(
                        """
                        # Written from Handoff and Topic by CatalogueTest: -Dremit.golden=write. For a cluster named remit whose listener has
                        # authentication of type scram-sha-512, and authorization of type simple.
                        #
                        # A service writes the topics of what it may send and reads those it follows, as its own consumer group: nothing else.
                        """);
        for (Service service : Service.values()) {
            text.append(
                    """
                    ---
                    apiVersion: kafka.strimzi.io/v1
                    kind: KafkaUser
                    metadata:
                      name: %s
                      labels: { strimzi.io/cluster: remit }
                    spec:
                      authentication: { type: scram-sha-512 }
                      authorization:
                        type: simple
                        acls:
                    """
                            .formatted(service.id()));
            for (Topic topic : Topic.values()) {
                if (topic.isReadBy(service)) {
                    right(text, "topic", topic.topicName(), "Read, Describe");
                }
                if (topic.isWrittenBy(service)) {
                    right(text, "topic", topic.topicName(), "Write, Describe");
                }
            }
            right(text, "group", service.id(), "Read");
        }
        return text.toString();
    }

    private static void right(StringBuilder text, String type, String name, String operations) {
        text.append("      - resource: { type: ")
                .append(type)
                .append(", name: ")
                .append(name)
                .append(" }\n        operations: [")
                .append(operations)
                .append("]\n");
    }
}
