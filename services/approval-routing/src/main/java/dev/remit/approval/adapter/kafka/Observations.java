package dev.remit.approval.adapter.kafka;

import dev.remit.approval.application.AccessViolations.Published;
import dev.remit.approval.domain.EntitlementFact;
import dev.remit.handoff.loop.Received;
import dev.remit.wire.v1.CharterPublished;
import dev.remit.wire.v1.IdentityObserved;
import dev.remit.wire.v1.ObservationKind;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What a batch says of systems and charters, the latest of each. */
public final class Observations {
    private Observations() {}

    /** What a system says of its groups and roles, by their names. */
    public record Told(String system, Map<String, EntitlementFact> entitlements, Instant at) {}

    /** A version of a charter, and when it was published. */
    public record Latest(Published charter, Instant at) {}

    /** Of each system that tells it. */
    public static Collection<Told> told(List<Received> batch) {
        Map<String, Told> last = new TreeMap<>();
        for (Received received : batch) {
            if (received.message() instanceof IdentityObserved observed
                    && observed.getKind() == ObservationKind.SOURCE_SYNCED) {
                told(observed)
                        .ifPresent(each ->
                                last.merge(
                                        each.system(),
                                        each,
                                        (a, b) -> b.at().isBefore(a.at()) ? a : b));
            }
        }
        return last.values();
    }

    private static Optional<Told> told(IdentityObserved observed) {
        return Optional.ofNullable(observed.getEntitlements())
                .map(all -> {
                    Map<String, EntitlementFact> facts = new TreeMap<>();
                    all.forEach(each ->
                            facts.put(
                                    each.getName(),
                                    new EntitlementFact(
                                            Set.copyOf(each.getGives()),
                                            Optional.ofNullable(each.getOwner()))));
                    return new Told(observed.getSource(), facts, observed.getObservedAt());
                });
    }

    /** Of each charter. */
    public static Collection<Latest> published(List<Received> batch) {
        Map<String, Latest> last = new TreeMap<>();
        for (Received received : batch) {
            if (received.message() instanceof CharterPublished published) {
                last.merge(
                        published.getCharter().getName(),
                        new Latest(
                                new Published(
                                        published.getCharter().getName(),
                                        published.getCharter().getVersion(),
                                        published.getCharter().getHash()),
                                published.getPublishedAt()),
                        (a, b) -> b.at().isBefore(a.at()) ? a : b);
            }
        }
        return last.values();
    }
}
