package dev.remit.handoff.loop;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Kafka's clients fetch tokens (SASL OAUTHBEARER) only from addresses that a system property lists,
 * against whoever may configure a client and not the JVM (Kafka 4.0). Here both are one
 * configuration: the address that is configured is the one that is allowed. Before all else that
 * happens at start: what is looked after first may need a producer.
 */
@ApplicationScoped
class KafkaTokens {
    private static final String ALLOWED = "org.apache.kafka.sasl.oauthbearer.allowed.urls";

    void allow(
            @Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE - 1) StartupEvent event,
            @ConfigProperty(name = "kafka.sasl.oauthbearer.token.endpoint.url")
                    Optional<String> endpoint) {
        if (endpoint.isPresent() && System.getProperty(ALLOWED) == null) {
            System.setProperty(ALLOWED, endpoint.get());
        }
    }
}
