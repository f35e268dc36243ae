package dev.remit.approval.domain;

import dev.remit.approval.domain.Duty.Part;
import dev.remit.approval.domain.Eligibility.Barring;
import dev.remit.handoff.directory.Account;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whom a stage asks: each source on its own, then their union, then those who act for them. A
 * source that nobody is behind is dropped and reported, and the others go on.
 *
 * @param asks what the answer depends on
 * @param isPartial whether there are more people than a stage asks
 */
public record Resolution(
        List<Candidate> candidates, List<String> dropped, Set<Concern> asks, boolean isPartial) {
    private static final String ACCOUNT = "account";

    /**
     * People that a stage asks, as many more with each step of its escalation, and as many again
     * who act for them: each is told, and all are in one message. A source that would make it more
     * is dropped, as one that nobody is behind.
     */
    static final int MOST = 500;

    /** So many of those who act for one of them. */
    static final int MOST_FOR_ONE = 20;

    /** Whose record says who approved before. */
    private static final String RECORDED = "approval-routing";

    /** What systems name the owners of beside accounts. */
    private static final Set<String> NAMED = Set.of("entitlement", "application");

    /** Other words for the account: of a non-human identity, and as what the change is about. */
    private static final Set<String> ACCOUNTS = Set.of("nhi", "resource");

    /** What must be looked up to resolve these sources, apart from what only that tells. */
    public static Set<Concern> concerns(Source source, Ready ready, Instant now) {
        return switch (source) {
            case Source.Manager _ -> {
                Set<Concern> all = new HashSet<>();
                ready.manager().map(Concern::account).ifPresent(all::add);
                all.add(subject(ready));
                yield all;
            }
            case Source.Owner(String what) ->
                    judged(what, ready).stream().map(Concern::account).collect(Collectors.toSet());
            case Source.Group(String path) -> Set.of(Concern.group(path));
            case Source.Role(String name) -> Set.of(Concern.role(name));
            case Source.Named(List<String> ids) ->
                    ids.stream().map(Concern::account).collect(Collectors.toSet());
            case Source.OnCall(String _, Rota rota) -> Set.of(Concern.account(rota.at(now)));
            case Source.PreviousApprovers _ -> Set.of();
        };
    }

    /** Where the subject's manager is named: by their accounts, or by the account itself. */
    private static Concern subject(Ready ready) {
        return ready.parties()
                .worker()
                .map(Concern::worker)
                .orElseGet(() -> Concern.target(ready.about().target(), ready.parties().account()));
    }

    /** The owners that readiness found, by account ids. */
    private static List<String> judged(String what, Ready ready) {
        List<String> account = ready.owners().getOrDefault(ACCOUNT, List.of());
        return ready.owners().getOrDefault(what, ACCOUNTS.contains(what) ? account : List.of());
    }

    /**
     * That somebody answers for something.
     *
     * @param owner an HR worker id or an account id
     * @param words what it is of, and who says so
     */
    private record Said(String owner, String words, Basis basis) {}

    /** Whom the owners that systems name may be: what must be looked up too to resolve a source. */
    public static Set<Concern> owners(
            Source source,
            Ready ready,
            Map<Concern, List<Account>> people,
            Map<String, Map<String, EntitlementFact>> entitlements) {
        return source instanceof Source.Owner(String what) && judged(what, ready).isEmpty()
                ? said(what, ready, people, entitlements).stream()
                        .flatMap(each ->
                                Stream.of(
                                        Concern.worker(each.owner()),
                                        Concern.account(each.owner())))
                        .collect(Collectors.toSet())
                : Set.of();
    }

    private static List<Said> said(
            String what,
            Ready ready,
            Map<Concern, List<Account>> people,
            Map<String, Map<String, EntitlementFact>> entitlements) {
        String system = ready.about().target();
        Map<String, EntitlementFact> facts = entitlements.getOrDefault(system, Map.of());
        return switch (what) {
            case ACCOUNT, "nhi", "resource" ->
                    people
                            .getOrDefault(
                                    Concern.target(system, ready.parties().account()), List.of())
                            .stream()
                            .flatMap(account ->
                                    account.owner().stream()
                                            .map(owner ->
                                                    new Said(
                                                            owner,
                                                            "owner of the %s, as %s said at %s"
                                                                    .formatted(
                                                                            what,
                                                                            system,
                                                                            account.observedAt()),
                                                            new Basis(
                                                                    what + ".owner",
                                                                    system,
                                                                    Optional.of(
                                                                            account
                                                                                    .observedAt())))))
                            .toList();
            case "entitlement", "application" -> {
                Map<String, Optional<EntitlementFact>> all = answered(what, ready, facts);
                // one that nobody answers for is nobody's to give away: the stage is held
                yield all.values().stream().anyMatch(Optional::isEmpty)
                        ? List.of()
                        : all.entrySet().stream()
                                .map(each -> said(what, each.getKey(), each.getValue(), system))
                                .toList();
            }
            default -> List.of();
        };
    }

    private static Said said(
            String what, String name, Optional<EntitlementFact> fact, String system) {
        return new Said(
                fact.flatMap(EntitlementFact::owner).orElseThrow(),
                "owner of %s, as %s says".formatted(name, system),
                new Basis(what + ".owner", system, fact.flatMap(EntitlementFact::readAt)));
    }

    private static List<String> unowned(
            String what, Ready ready, Map<String, EntitlementFact> facts) {
        return answered(what, ready, facts).entrySet().stream()
                .filter(each -> each.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** What the plan touches of this kind, in words, and what is said of who answers for it. */
    private static Map<String, Optional<EntitlementFact>> answered(
            String what, Ready ready, Map<String, EntitlementFact> facts) {
        Map<String, Optional<EntitlementFact>> all = new TreeMap<>();
        if (what.equals("entitlement")) {
            touched(ready.effect()).forEach(name -> all.put(name, owned(name, facts)));
        } else {
            applications(ready.effect(), facts)
                    .forEach(each ->
                            all.put(
                                    "application " + each.getKey().replaceFirst("/$", ""),
                                    Optional.of(each.getValue())
                                            .filter(fact -> fact.owner().isPresent())));
        }
        return all;
    }

    /**
     * The applications in which the plan gives or takes a role, also by a group or a role that it
     * comes with: {@code till/} of {@code till/clerk}.
     */
    private static Stream<Map.Entry<String, EntitlementFact>> applications(
            Effect effect, Map<String, EntitlementFact> facts) {
        return Stream.concat(
                        Duties.closed(effect.groupsAdded(), effect.rolesAdded(), facts).stream(),
                        Duties.closed(effect.groupsRemoved(), effect.rolesRemoved(), facts)
                                .stream())
                .filter(name -> !name.startsWith("/"))
                .flatMap(name ->
                        facts.entrySet().stream()
                                .filter(each -> each.getKey().endsWith("/"))
                                .filter(each -> name.startsWith(each.getKey()))
                                .max(Comparator.comparingInt(each -> each.getKey().length()))
                                .stream())
                .distinct();
    }

    private static Stream<String> touched(Effect effect) {
        return Stream.of(
                        effect.groupsAdded(),
                        effect.groupsRemoved(),
                        effect.rolesAdded(),
                        effect.rolesRemoved())
                .flatMap(Set::stream)
                .distinct()
                .sorted();
    }

    /** What is said of it, or of the nearest group around it, that has an owner. */
    private static Optional<EntitlementFact> owned(
            String name, Map<String, EntitlementFact> facts) {
        Optional<EntitlementFact> own =
                Optional.ofNullable(facts.get(name)).filter(each -> each.owner().isPresent());
        int slash = name.startsWith("/") ? name.lastIndexOf('/') : 0;
        return own.isPresent() || slash <= 0 ? own : owned(name.substring(0, slash), facts);
    }

    /**
     * The manager who took over since the route began: a worker whose accounts must be looked up
     * too. Empty while the directory says what it said then.
     */
    public static Optional<String> newManager(Ready ready, Map<Concern, List<Account>> people) {
        return managerOf(ready, people)
                .filter(worker -> !ready.managerWorker().equals(Optional.of(worker)));
    }

    static Optional<String> managerOf(Ready ready, Map<Concern, List<Account>> people) {
        return people.getOrDefault(subject(ready), List.of()).stream()
                .flatMap(account -> account.managerWorkerId().stream())
                .findFirst();
    }

    /**
     * Whom a stage asks now.
     *
     * @param asked whom it has asked before
     */
    static Resolution of(
            Charter.Stage stage,
            int level,
            Ready ready,
            Known known,
            Eligibility.Measure measure,
            Asked asked) {
        Map<String, Found> found = new TreeMap<>();
        Set<Concern> asks = new LinkedHashSet<>();
        List<String> dropped = new ArrayList<>();
        int most = MOST * (level + 1);
        boolean isPartial = false;
        for (Source source : stage.sources(level).toList()) {
            asks.addAll(concerns(source, ready, known.now()));
            if (source instanceof Source.PreviousApprovers(String earlier)) {
                known.earlier()
                        .getOrDefault(earlier, List.of())
                        .forEach(id -> asks.add(Concern.account(id)));
            }
            List<Found> behind = behind(source, ready, known, asks, dropped);
            if (behind.isEmpty()) {
                dropped.add("nobody is behind: " + source.words());
            } else if (together(found.keySet(), behind) > most) {
                isPartial = true;
                dropped.add(
                        "%d people are behind: %s; a stage asks %d at most"
                                .formatted(behind.size(), source.words(), most));
            } else {
                behind.forEach(each -> found.merge(each.id(), each, Found::plus));
            }
        }
        List<Candidate> candidates = new ArrayList<>();
        int acting = 0;
        int left = 0;
        for (Found each : found.values()) {
            Candidate own = candidate(each, known, measure, asked);
            candidates.add(own);
            int forThem = 0;
            for (Delegation link : known.delegations().getOrDefault(own.id(), List.of())) {
                if (link.covers(ready.about().charter(), known.now())
                        && link.from().equals(own.id())) {
                    asks.add(Concern.account(link.to()));
                    if (forThem < MOST_FOR_ONE && acting < MOST) {
                        candidates.add(delegate(link, own, known, measure, asked));
                        forThem++;
                        acting++;
                    } else {
                        left++;
                    }
                }
            }
        }
        if (left > 0) {
            dropped.add(
                    "%d more act for those who are asked; %d do for one person, %d for all of a stage"
                            .formatted(left, MOST_FOR_ONE, MOST));
        }
        return new Resolution(
                List.copyOf(candidates), List.copyOf(dropped), Set.copyOf(asks), isPartial);
    }

    private static long together(Set<String> found, List<Found> behind) {
        return Stream.concat(found.stream(), behind.stream().map(Found::id)).distinct().count();
    }

    private record Found(
            String id, Optional<Account> account, String reason, Optional<Basis> basis) {
        Found plus(Found other) {
            return reason.equals(other.reason)
                    ? this
                    : new Found(id, account, reason + ", " + other.reason, basis.or(other::basis));
        }
    }

    /** What the subject's own account says of who the manager is. */
    private static Optional<Basis> managedBy(Ready ready, Known known) {
        return known.accounts(subject(ready)).stream()
                .filter(each -> each.managerWorkerId().isPresent())
                .findFirst()
                .map(each ->
                        new Basis("worker.manager", each.system(), Optional.of(each.observedAt())));
    }

    /** What readiness found of the fact that names someone. */
    private static Optional<Basis> found(Ready ready, String fact) {
        return ready.found().entrySet().stream()
                .filter(each -> each.getKey().startsWith(fact))
                .sorted(Map.Entry.comparingByKey())
                .findFirst()
                .map(each ->
                        new Basis(
                                each.getKey(),
                                each.getValue().source(),
                                each.getValue().observedAt()));
    }

    private static List<Found> behind(
            Source source, Ready ready, Known known, Set<Concern> asks, List<String> dropped) {
        return switch (source) {
            case Source.Manager _ -> {
                Optional<String> taken = newManager(ready, known.people());
                taken.map(Concern::worker).ifPresent(asks::add);
                yield taken.map(worker ->
                                of(
                                        known.accounts(Concern.worker(worker)),
                                        source,
                                        managedBy(ready, known)))
                        .orElseGet(() ->
                                of(
                                        theirs(
                                                        ready.manager().stream().toList(),
                                                        ready,
                                                        known,
                                                        dropped)
                                                .stream()
                                                .map(Concern::account)
                                                .map(known::accounts)
                                                .flatMap(List::stream)
                                                .toList(),
                                        source,
                                        found(ready, "manager.")
                                                .or(() -> managedBy(ready, known))));
            }
            case Source.Group(String path) ->
                    holding(known.accounts(Concern.group(path)), source, "account.groups");
            case Source.Role(String name) ->
                    holding(known.accounts(Concern.role(name)), source, "account.roles");
            case Source.Owner(String what) ->
                    judged(what, ready).isEmpty()
                            ? answering(what, ready, known, asks, dropped)
                            : named(
                                    theirs(judged(what, ready), ready, known, dropped),
                                    source,
                                    known,
                                    dropped,
                                    found(ready, what + ".owner"));
            case Source.Named(List<String> ids) ->
                    named(ids, source, known, dropped, Optional.empty());
            case Source.OnCall(String _, Rota rota) ->
                    named(List.of(rota.at(known.now())), source, known, dropped, Optional.empty());
            case Source.PreviousApprovers(String stage) ->
                    named(
                            known.earlier().getOrDefault(stage, List.of()),
                            source,
                            known,
                            dropped,
                            Optional.of(
                                    new Basis("approval." + stage, RECORDED, Optional.empty())));
        };
    }

    /** Of whom readiness named, those whose accounts are not somebody else's since. */
    private static List<String> theirs(
            List<String> ids, Ready ready, Known known, List<String> dropped) {
        Asked then = new Asked(ready.workers());
        List<String> theirs = new ArrayList<>();
        for (String id : ids) {
            if (then.isAnothers(id, known.account(id))) {
                dropped.add(Eligibility.Bar.ACCOUNT_REUSED + ": " + id + ", whom readiness named");
            } else {
                theirs.add(id);
            }
        }
        return theirs;
    }

    /** The accounts of those whom systems name as owners. */
    private static List<Found> answering(
            String what, Ready ready, Known known, Set<Concern> asks, List<String> dropped) {
        List<Found> found = new ArrayList<>();
        if (NAMED.contains(what)) {
            String system = ready.about().target();
            asks.add(Concern.entitlements(system));
            unowned(what, ready, known.entitlements().getOrDefault(system, Map.of()))
                    .forEach(each -> dropped.add("nobody answers for " + each));
        }
        for (Said each : said(what, ready, known.people(), known.entitlements())) {
            asks.add(Concern.worker(each.owner()));
            asks.add(Concern.account(each.owner()));
            List<Account> accounts =
                    Stream.of(Concern.account(each.owner()), Concern.worker(each.owner()))
                            .flatMap(concern -> known.accounts(concern).stream())
                            .distinct()
                            .toList();
            if (accounts.isEmpty()) {
                dropped.add("nobody here is %s: %s".formatted(each.owner(), each.words()));
            }
            accounts.forEach(account ->
                    found.add(
                            new Found(
                                    account.id(),
                                    Optional.of(account),
                                    each.words(),
                                    Optional.of(each.basis()))));
        }
        return found;
    }

    private static List<Found> of(
            Collection<Account> accounts, Source source, Optional<Basis> basis) {
        return accounts.stream()
                .map(each -> new Found(each.id(), Optional.of(each), source.words(), basis))
                .toList();
    }

    /** Each by their own account. */
    private static List<Found> holding(Collection<Account> accounts, Source source, String fact) {
        return accounts.stream()
                .map(each ->
                        new Found(
                                each.id(),
                                Optional.of(each),
                                source.words(),
                                Optional.of(
                                        new Basis(
                                                fact,
                                                each.system(),
                                                Optional.of(each.observedAt())))))
                .toList();
    }

    /** Ids that nobody has any more are dropped, and said. */
    private static List<Found> named(
            Collection<String> ids,
            Source source,
            Known known,
            List<String> dropped,
            Optional<Basis> basis) {
        List<Found> found = new ArrayList<>();
        for (String id : new LinkedHashSet<>(ids)) {
            Optional<Account> account = known.account(id);
            if (account.isEmpty()) {
                dropped.add("no account has the id %s: %s".formatted(id, source.words()));
            } else {
                found.add(new Found(id, account, source.words(), basis));
            }
        }
        return found;
    }

    private static Candidate candidate(
            Found found, Known known, Eligibility.Measure measure, Asked asked) {
        Person person = known.person(found.id(), found.account());
        Optional<Barring> barring =
                Eligibility.bars(
                                person,
                                found.account(),
                                roles(found.account()),
                                Part.APPROVER,
                                measure)
                        .or(() -> reused(asked.isAnothers(found.id(), found.account())));
        return new Candidate(
                found.id(),
                found.account().map(Account::label).orElse(""),
                barring.isEmpty(),
                barring.map(each -> each.bar().name()).orElse(found.reason()),
                person.key(),
                Optional.empty(),
                found.account().map(Account::observedAt),
                found.basis());
    }

    private static Optional<Barring> reused(boolean is) {
        return is ? Optional.of(Barring.by(Eligibility.Bar.ACCOUNT_REUSED)) : Optional.empty();
    }

    private static Candidate delegate(
            Delegation link,
            Candidate principal,
            Known known,
            Eligibility.Measure measure,
            Asked asked) {
        Optional<Account> account = known.account(link.to());
        Person person = known.person(link.to(), account);
        Optional<Barring> barring =
                principal.eligible()
                        ? Eligibility.bars(person, account, roles(account), Part.APPROVER, measure)
                                .or(() -> delegator(link.from(), known, measure))
                                .or(() ->
                                        reused(
                                                asked.isAnothers(link.to(), account)
                                                        || link.isOfOthers(known)))
                        : Optional.empty();
        return new Candidate(
                link.to(),
                account.map(Account::label).orElse(""),
                principal.eligible() && barring.isEmpty(),
                principal.eligible()
                        ? barring.map(each -> each.bar().name())
                                .orElse("acts for " + link.from() + ", " + principal.reason())
                        : principal.reason(),
                person.key(),
                Optional.of(link.from()),
                account.map(Account::observedAt),
                principal.basis());
    }

    static Set<String> roles(Optional<Account> account) {
        return account.map(each -> Set.copyOf(each.roles())).orElse(Set.of());
    }

    /** What keeps someone who may decide from having it decided in their place. */
    private static Optional<Barring> delegator(
            String id, Known known, Eligibility.Measure measure) {
        Optional<Account> account = known.account(id);
        return Eligibility.bars(
                known.person(id, account), account, roles(account), Part.DELEGATOR, measure);
    }

    /** What must be known of the change itself, whomever its stages ask. */
    public static Set<Concern> concerns(Ready ready, List<Decision> decisions) {
        Map<String, Concern> all = new LinkedHashMap<>();
        Parties parties = ready.parties();
        all.put("proposer", Concern.account(parties.proposer()));
        parties.principal().ifPresent(id -> all.put("principal", Concern.account(id)));
        parties.executor().ifPresent(id -> all.put("executor", Concern.account(id)));
        parties.worker()
                .ifPresent(worker -> {
                    all.put("worker", Concern.worker(worker));
                    all.put("person", Concern.person(worker));
                });
        all.put("target", Concern.target(ready.about().target(), parties.account()));
        for (Decision each : decisions) {
            if (each.kind() == Decision.Kind.APPROVED) {
                each.by()
                        .filter(id -> !id.startsWith(Charter.Policy.PREFIX))
                        .ifPresent(id -> all.put("by " + id, Concern.account(id)));
                each.onBehalfOf().ifPresent(id -> all.put("for " + id, Concern.account(id)));
            }
        }
        return Set.copyOf(all.values());
    }
}
