package dev.remit.readiness.adapter.postgres;

import dev.remit.handoff.directory.Account;
import dev.remit.handoff.directory.Directory;
import dev.remit.handoff.halt.Halt;
import dev.remit.handoff.halt.Halts;
import dev.remit.handoff.halt.InForce;
import dev.remit.handoff.loop.Received;
import dev.remit.readiness.adapter.kafka.Observations;
import dev.remit.readiness.application.Facts;
import dev.remit.readiness.domain.Charter;
import dev.remit.readiness.domain.Concern;
import dev.remit.readiness.domain.Known;
import dev.remit.readiness.domain.Observed;
import dev.remit.readiness.domain.Request;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** The directory, asked once for a whole batch. */
@Singleton
class PostgresFacts implements Facts {
    private static final Logger LOG = Logger.getLogger(PostgresFacts.class);

    /** The target's accounts of the subjects, by worker id, and when it was last read. */
    private record Target(Map<String, List<Account>> accounts, Optional<Instant> readAt) {
        List<Account> of(String workerId) {
            return accounts.getOrDefault(workerId, List.of());
        }
    }

    /** A protected group of a system. */
    private record Held(String system, String path) {}

    private final Directory directory;
    private final Halts halts;
    private final String people;

    PostgresFacts(
            Directory directory,
            Halts halts,
            @ConfigProperty(name = "remit.people.system") String people) {
        this.directory = directory;
        this.halts = halts;
        this.people = people;
    }

    @Override
    public Uni<Map<Concern, UUID>> take(List<Received> batch) {
        return each(Observations.accounts(batch), directory::withIds)
                .map(before -> before.values().stream().flatMap(List::stream).toList())
                .call(() -> directory.take(batch))
                .map(before -> Observations.concerns(batch, before));
    }

    @Override
    public Uni<Findings> about(Collection<Inquiry> inquiries, Instant now) {
        if (inquiries.isEmpty()) {
            return Uni.createFrom().item(new Findings(Map.of()));
        }
        Map<String, Set<String>> subjects = new TreeMap<>();
        Map<String, Set<String>> hashes = new TreeMap<>();
        for (Inquiry inquiry : inquiries) {
            Request request = inquiry.request();
            subjects.computeIfAbsent(request.target(), target -> new TreeSet<>())
                    .add(request.subjectId());
            hashes.put(request.charterHash(), Set.of());
        }
        return each(hashes, (hash, none) -> charter(hash))
                .chain(charters ->
                        each(subjects, this::target)
                                .chain(targets ->
                                        managers(inquiries, targets)
                                                .chain(managers ->
                                                        holders(inquiries, charters, targets)
                                                                .chain(holders ->
                                                                        halts.inForce()
                                                                                .map(halted ->
                                                                                        known(
                                                                                                inquiries,
                                                                                                charters,
                                                                                                targets,
                                                                                                managers,
                                                                                                holders,
                                                                                                halted,
                                                                                                now))))));
    }

    @Override
    public Uni<List<Account>> own(String workerId) {
        return directory.ofWorkers(people, List.of(workerId));
    }

    private Uni<Optional<Charter>> charter(String hash) {
        return directory.charter(hash).map(published -> published.flatMap(PostgresFacts::readable));
    }

    private Uni<Target> target(String system, Collection<String> workers) {
        return directory
                .ofWorkers(system, workers)
                .chain(accounts ->
                        directory
                                .readAt(system)
                                .map(readAt -> new Target(byWorker(accounts), readAt)));
    }

    private Uni<Map<String, List<Account>>> managers(
            Collection<Inquiry> inquiries, Map<String, Target> targets) {
        Set<String> workers = new TreeSet<>();
        inquiries.forEach(inquiry -> manager(inquiry, targets).ifPresent(workers::add));
        return workers.isEmpty()
                ? Uni.createFrom().item(Map.of())
                : directory.ofWorkers(people, workers).map(PostgresFacts::byWorker);
    }

    /** The members of the protected groups that a subject of this batch is in. */
    private Uni<Map<Held, List<Account>>> holders(
            Collection<Inquiry> inquiries,
            Map<String, Optional<Charter>> charters,
            Map<String, Target> targets) {
        Set<Held> asked = new LinkedHashSet<>();
        for (Inquiry inquiry : inquiries) {
            Request request = inquiry.request();
            Set<String> paths =
                    charters.getOrDefault(request.charterHash(), Optional.empty())
                            .map(Charter::protectedEntitlements)
                            .orElse(Set.of());
            target(request, targets).of(request.subjectId()).stream()
                    .flatMap(account -> account.groups().stream())
                    .map(Account.Group::path)
                    .filter(paths::contains)
                    .forEach(path -> asked.add(new Held(request.target(), path)));
        }
        return Multi.createFrom()
                .iterable(asked)
                .onItem()
                .transformToUniAndConcatenate(held ->
                        directory
                                .membersOf(held.system(), held.path())
                                .map(members -> Map.entry(held, members)))
                .collect()
                .asMap(Map.Entry::getKey, Map.Entry::getValue);
    }

    private static Map<String, List<Account>> of(String system, Map<Held, List<Account>> holders) {
        Map<String, List<Account>> byPath = new HashMap<>();
        holders.forEach((held, members) -> {
            if (held.system().equals(system)) {
                byPath.put(held.path(), members);
            }
        });
        return byPath;
    }

    private Findings known(
            Collection<Inquiry> inquiries,
            Map<String, Optional<Charter>> charters,
            Map<String, Target> targets,
            Map<String, List<Account>> managers,
            Map<Held, List<Account>> holders,
            InForce halted,
            Instant now) {
        Map<UUID, Known> known = new HashMap<>();
        for (Inquiry inquiry : inquiries) {
            Request request = inquiry.request();
            Target target = target(request, targets);
            known.put(
                    request.change(),
                    new Known(
                            charters.getOrDefault(request.charterHash(), Optional.empty()),
                            new Observed(
                                    target.of(request.subjectId()),
                                    manager(inquiry, targets)
                                            .map(worker -> managers.getOrDefault(worker, List.of()))
                                            .orElse(List.of()),
                                    target.readAt(),
                                    inquiry.corrections(),
                                    of(request.target(), holders),
                                    people,
                                    now),
                            halted.over(request.scopes()).map(Halt::words)));
        }
        return new Findings(known);
    }

    private static Optional<String> manager(Inquiry inquiry, Map<String, Target> targets) {
        Request request = inquiry.request();
        return Observed.managerWorker(
                target(request, targets).of(request.subjectId()), inquiry.corrections());
    }

    private static Target target(Request request, Map<String, Target> targets) {
        return Objects.requireNonNull(targets.get(request.target()), "every target was asked");
    }

    private static Optional<Charter> readable(dev.remit.handoff.directory.Charter published) {
        try {
            return Optional.of(CharterDocument.read(published));
        } catch (IllegalArgumentException e) {
            LOG.errorf(
                    "charter %s %s does not read: %s",
                    published.name(), published.version(), e.getMessage());
            return Optional.empty();
        }
    }

    private static Map<String, List<Account>> byWorker(List<Account> accounts) {
        return accounts.stream()
                .collect(Collectors.groupingBy(account -> account.workerId().orElse("")));
    }

    /** One question after the other: a transaction has one connection. */
    private static <T> Uni<Map<String, T>> each(
            Map<String, Set<String>> asked,
            BiFunction<String, Collection<String>, Uni<T>> question) {
        return Multi.createFrom()
                .iterable(asked.entrySet())
                .onItem()
                .transformToUniAndConcatenate(entry ->
                        question.apply(entry.getKey(), entry.getValue())
                                .map(answer -> Map.entry(entry.getKey(), answer)))
                .collect()
                .asMap(Map.Entry::getKey, Map.Entry::getValue);
    }
}
