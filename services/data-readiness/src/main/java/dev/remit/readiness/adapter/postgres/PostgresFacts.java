package dev.remit.readiness.adapter.postgres;

import dev.remit.handoff.directory.Account;
import dev.remit.handoff.directory.Coverage;
import dev.remit.handoff.directory.Directory;
import dev.remit.handoff.halt.Halt;
import dev.remit.handoff.halt.Halts;
import dev.remit.handoff.halt.InForce;
import dev.remit.handoff.loop.Received;
import dev.remit.readiness.adapter.kafka.Observations;
import dev.remit.readiness.application.Facts;
import dev.remit.readiness.domain.Charter;
import dev.remit.readiness.domain.Concern;
import dev.remit.readiness.domain.Judgement;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

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

    /**
     * What was found in the systems that these changes are about.
     *
     * @param named the accounts that people or changes named, by system
     * @param namesakes the accounts that have a name that is to be given, by system
     */
    private record Systems(
            Map<String, Target> targets,
            Map<String, List<Account>> named,
            Map<String, List<Account>> namesakes,
            Map<String, Coverage> coverage) {
        List<Account> namesakes(Request request, Optional<Charter> charter) {
            return username(request, charter).stream()
                    .flatMap(name ->
                            namesakes.getOrDefault(request.target(), List.of()).stream()
                                    .filter(each -> each.label().equalsIgnoreCase(name)))
                    .toList();
        }

        Target target(String system) {
            return Objects.requireNonNull(targets.get(system), "every target was asked");
        }

        /**
         * The subject's accounts in the target: the one that was named, and those correlated, which
         * nobody's word hides.
         */
        List<Account> accounts(Inquiry inquiry) {
            String account = PostgresFacts.named(inquiry);
            String system = inquiry.request().target();
            List<Account> correlated =
                    inquiry.request().isOfAccount()
                            ? List.of()
                            : target(system).of(inquiry.request().subjectId());
            return account == null
                    ? correlated
                    : Stream.concat(
                                    named.getOrDefault(system, List.of()).stream()
                                            .filter(each -> each.id().equals(account)),
                                    correlated.stream().filter(each -> !each.id().equals(account)))
                            .toList();
        }

        Map<String, Observed.Elsewhere> elsewhere(Request request, Optional<Charter> charter) {
            Map<String, Observed.Elsewhere> elsewhere = new TreeMap<>();
            for (String system : charter.map(Charter::sources).orElse(Set.of())) {
                if (!system.equals(request.target())) {
                    Target there = target(system);
                    elsewhere.put(
                            system,
                            new Observed.Elsewhere(
                                    request.isOfAccount()
                                            ? List.of()
                                            : there.of(request.subjectId()),
                                    there.readAt()));
                }
            }
            return elsewhere;
        }

        Set<String> managers(Inquiry inquiry, Optional<Charter> charter) {
            return Observed.managerWorkers(
                    accounts(inquiry),
                    inquiry.corrections(),
                    elsewhere(inquiry.request(), charter));
        }
    }

    /** The account of the target that a person or the change itself names; null for none. */
    private static @Nullable String named(Inquiry inquiry) {
        return inquiry.request().isOfAccount()
                ? inquiry.request().subjectId()
                : inquiry.corrections().get(Judgement.ACCOUNT);
    }

    /** A protected group of a system. */
    private record Held(String system, String path) {}

    private static final int KEPT = 256;

    private final Directory directory;
    private final Halts halts;
    private final String people;

    /** By hash, which names one document for ever: it is not parsed for each batch. */
    private final Map<String, Optional<Charter>> read = new ConcurrentHashMap<>();

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
        Map<String, Set<String>> hashes = new TreeMap<>();
        inquiries.forEach(each -> hashes.put(each.request().charterHash(), Set.of()));
        return each(hashes, (hash, none) -> charter(hash))
                .chain(charters -> about(inquiries, charters, now));
    }

    private Uni<Findings> about(
            Collection<Inquiry> inquiries, Map<String, Optional<Charter>> charters, Instant now) {
        Map<String, Set<String>> subjects = new TreeMap<>();
        Map<String, Set<String>> named = new TreeMap<>();
        Map<String, Set<String>> names = new TreeMap<>();
        Map<String, Set<String>> counted = new TreeMap<>();
        for (Inquiry inquiry : inquiries) {
            Request request = inquiry.request();
            Optional<Charter> charter = charter(request, charters);
            Set<String> workers = request.isOfAccount() ? Set.of() : Set.of(request.subjectId());
            subjects.computeIfAbsent(request.target(), target -> new TreeSet<>()).addAll(workers);
            for (String source : charter.map(Charter::sources).orElse(Set.of())) {
                subjects.computeIfAbsent(source, system -> new TreeSet<>()).addAll(workers);
            }
            String account = named(inquiry);
            if (account != null) {
                named.computeIfAbsent(request.target(), target -> new TreeSet<>()).add(account);
            }
            username(request, charter)
                    .ifPresent(name ->
                            names.computeIfAbsent(request.target(), target -> new TreeSet<>())
                                    .add(name));
            if (charter.filter(Charter::counts).isPresent()) {
                counted.put(request.target(), Set.of());
            }
        }
        Uni<Systems> systems =
                Uni.combine()
                        .all()
                        .unis(
                                each(subjects, this::target),
                                each(named, directory::withIds),
                                each(names, directory::withLabels),
                                each(counted, (system, none) -> directory.coverage(system)))
                        .with(Systems::new);
        return Uni.combine()
                .all()
                .unis(systems, halts.inForce())
                .asTuple()
                .chain(found ->
                        Uni.combine()
                                .all()
                                .unis(
                                        managers(inquiries, charters, found.getItem1()),
                                        holders(inquiries, charters, found.getItem1()))
                                .with((managers, holders) ->
                                        known(
                                                inquiries,
                                                charters,
                                                found.getItem1(),
                                                managers,
                                                holders,
                                                found.getItem2(),
                                                now)));
    }

    @Override
    public Uni<List<Account>> own(String workerId) {
        return directory.ofWorkers(people, List.of(workerId));
    }

    @Override
    public Uni<List<Account>> people(Collection<String> ids) {
        return directory.withIds(people, ids);
    }

    private Uni<Optional<Charter>> charter(String hash) {
        Optional<Charter> known = read.get(hash);
        return known != null
                ? Uni.createFrom().item(known)
                : directory.charter(hash).map(published -> published.flatMap(this::keep));
    }

    private Optional<Charter> keep(dev.remit.handoff.directory.Charter published) {
        if (read.size() >= KEPT) {
            read.clear();
        }
        return read.computeIfAbsent(published.hash(), _ -> readable(published));
    }

    private Uni<Target> target(String system, Collection<String> workers) {
        return Uni.combine()
                .all()
                .unis(directory.ofWorkers(system, workers), directory.readAt(system))
                .with((accounts, readAt) -> new Target(byWorker(accounts), readAt));
    }

    private Uni<List<Account>> managers(
            Collection<Inquiry> inquiries,
            Map<String, Optional<Charter>> charters,
            Systems systems) {
        Set<String> workers = new TreeSet<>();
        Set<String> recipients = new TreeSet<>();
        for (Inquiry inquiry : inquiries) {
            Optional<Charter> charter = charter(inquiry.request(), charters);
            workers.addAll(named(inquiry, charter, systems));
            recipients.addAll(recipients(inquiry, charter));
        }
        if (workers.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        Uni<List<Account>> found = directory.ofWorkers(people, workers);
        return recipients.isEmpty()
                ? found
                : found.chain(accounts ->
                        directory
                                .withIds(people, recipients)
                                .map(others ->
                                        Stream.concat(accounts.stream(), others.stream())
                                                .distinct()
                                                .toList()));
    }

    /** Who may be the subject's manager, and whom the account is given to. */
    private static Set<String> named(Inquiry inquiry, Optional<Charter> charter, Systems systems) {
        Set<String> named = new TreeSet<>(systems.managers(inquiry, charter));
        named.addAll(recipients(inquiry, charter));
        return named;
    }

    private static Set<String> recipients(Inquiry inquiry, Optional<Charter> charter) {
        return charter.map(each -> each.recipients(inquiry.request().action())).orElse(Set.of());
    }

    private static Optional<Charter> charter(
            Request request, Map<String, Optional<Charter>> charters) {
        return charters.getOrDefault(request.charterHash(), Optional.empty());
    }

    /** The name of the account that the change makes. */
    private static Optional<String> username(Request request, Optional<Charter> charter) {
        return charter.flatMap(each -> each.makes(request.action()))
                .map(each -> each.username(request.subjectId()));
    }

    /** The members of the protected groups that a subject of this batch is in. */
    private Uni<Map<Held, List<Account>>> holders(
            Collection<Inquiry> inquiries,
            Map<String, Optional<Charter>> charters,
            Systems systems) {
        Set<Held> asked = new LinkedHashSet<>();
        for (Inquiry inquiry : inquiries) {
            Request request = inquiry.request();
            Set<String> paths =
                    charter(request, charters).map(Charter::protectedEntitlements).orElse(Set.of());
            systems.accounts(inquiry).stream()
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
            Systems systems,
            List<Account> managers,
            Map<Held, List<Account>> holders,
            InForce halted,
            Instant now) {
        Map<String, List<Account>> byWorker = byWorker(managers);
        Map<String, Account> byId =
                managers.stream()
                        .collect(Collectors.toMap(Account::id, each -> each, (first, _) -> first));
        Map<UUID, Known> known = new HashMap<>();
        for (Inquiry inquiry : inquiries) {
            Request request = inquiry.request();
            Optional<Charter> charter = charter(request, charters);
            known.put(
                    request.change(),
                    new Known(
                            charter,
                            new Observed(
                                    systems.accounts(inquiry),
                                    named(inquiry, charter, systems).stream()
                                            .flatMap(name ->
                                                    Stream.concat(
                                                            byWorker
                                                                    .getOrDefault(name, List.of())
                                                                    .stream(),
                                                            Stream.ofNullable(byId.get(name))))
                                            .distinct()
                                            .toList(),
                                    systems.target(request.target()).readAt(),
                                    inquiry.corrections(),
                                    of(request.target(), holders),
                                    systems.elsewhere(request, charter),
                                    Optional.ofNullable(systems.coverage().get(request.target())),
                                    people,
                                    now,
                                    systems.namesakes(request, charter)),
                            halted.over(request.scopes()).map(Halt::words)));
        }
        return new Findings(known);
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
