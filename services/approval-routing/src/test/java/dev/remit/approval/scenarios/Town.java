package dev.remit.approval.scenarios;

import dev.remit.approval.domain.About;
import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Delegation;
import dev.remit.approval.domain.Effect;
import dev.remit.approval.domain.Entitlement;
import dev.remit.approval.domain.Holders;
import dev.remit.approval.domain.Known;
import dev.remit.approval.domain.Parties;
import dev.remit.approval.domain.Protections;
import dev.remit.approval.domain.Ready;
import dev.remit.handoff.directory.Account;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** People and what is known of them; the directory answers everything. */
public final class Town {
    public static final String SYSTEM = "keycloak:acme";
    public static final UUID CHANGE = UUID.fromString("00000000-0000-4000-8000-0000000000aa");
    public static final String PLAN = "a".repeat(64);
    public static final Duration PATIENCE = Duration.ofDays(1);

    public Instant now = Instant.parse("2026-01-05T10:00:00Z");

    /** When the change was proposed. */
    public Instant proposedAt = now;

    public Charter.Lookup charter = new Charter.Lookup.Missing("not known");

    /** Who approved the last change of sam, by stage. */
    public Map<String, List<String>> earlier = Map.of();

    public Set<String> executors = Set.of();

    /** Who has halted everything, and why. */
    public Optional<String> halted = Optional.empty();

    /** Why the digital employee is demoted. */
    public Optional<String> demoted = Optional.empty();

    /** Who holds what is protected. */
    public final Map<Entitlement, Holders> holders = new HashMap<>();

    public final Map<String, Account> accounts = new TreeMap<>();
    public final List<Account> elsewhere = new ArrayList<>();
    public final Map<String, List<Delegation>> delegations = new HashMap<>();

    private List<Account> looked = List.of();
    private Map<Concern, List<Account>> people = Map.of();

    /** Adds an account, or changes what it was. */
    public void put(
            String id,
            Optional<String> worker,
            Optional<String> manager,
            boolean enabled,
            List<String> groups,
            List<String> roles) {
        accounts.put(
                id,
                new Account(
                        SYSTEM,
                        id,
                        enabled,
                        worker,
                        manager,
                        groups.stream().map(path -> new Account.Group(path, path)).toList(),
                        List.copyOf(roles),
                        id,
                        now));
    }

    /** An approver whose worker id is {@code W-<id>}. */
    public void approver(String id, String... groups) {
        put(
                id,
                Optional.of("W-" + id),
                Optional.empty(),
                true,
                List.of(groups),
                List.of("approver"));
    }

    public void delegate(String from, String to, Duration time, String... charters) {
        delegations
                .computeIfAbsent(from, _ -> new ArrayList<>())
                .add(
                        new Delegation(
                                new UUID(1, delegations.size()),
                                from,
                                to,
                                Set.of(charters),
                                now,
                                now.plus(time),
                                worker(from),
                                worker(to)));
    }

    private Optional<String> worker(String id) {
        return Optional.ofNullable(accounts.get(id)).flatMap(Account::workerId);
    }

    public Known known() {
        List<Account> all = new ArrayList<>(accounts.values());
        all.addAll(elsewhere);
        if (!all.equals(looked)) {
            looked = all;
            people = lookUp();
        }
        return new Known(
                charter,
                people,
                Map.copyOf(delegations),
                earlier,
                executors,
                now,
                proposedAt,
                PATIENCE,
                halted,
                demoted,
                Map.copyOf(holders),
                Protections.NONE);
    }

    private Map<Concern, List<Account>> lookUp() {
        Map<Concern, Set<Account>> found = new HashMap<>();
        for (Account account : accounts.values()) {
            put(found, Concern.account(account.id()), account);
            account.workerId().ifPresent(id -> put(found, Concern.worker(id), account));
            account.groups().forEach(each -> put(found, Concern.group(each.path()), account));
            account.roles().forEach(each -> put(found, Concern.role(each), account));
            put(found, Concern.target(account.system(), account.id()), account);
        }
        elsewhere.forEach(each -> put(found, Concern.target(each.system(), each.id()), each));
        Map<Concern, List<Account>> lists = new HashMap<>();
        found.forEach((concern, each) -> lists.put(concern, List.copyOf(each)));
        return Map.copyOf(lists);
    }

    private static void put(Map<Concern, Set<Account>> people, Concern concern, Account account) {
        people.computeIfAbsent(concern, _ -> new java.util.LinkedHashSet<>()).add(account);
    }

    /** These accounts hold what is protected, and no change takes it from them. */
    public void hold(String path, Set<String> ids) {
        holders.put(new Entitlement(SYSTEM, path), new Holders(ids, Map.of()));
    }

    /** A change that is fit for approval: {@code sam} is to be changed, {@code mia} manages sam. */
    public static Ready ready(
            String verdict,
            String proposer,
            Optional<String> principal,
            Optional<String> manager,
            Map<String, String> facts,
            Map<String, List<String>> owners,
            Effect effect) {
        return ready(verdict, proposer, principal, manager, facts, owners, new byte[0], effect);
    }

    /** The same with a plan that can be amended. */
    public static Ready ready(
            String verdict,
            String proposer,
            Optional<String> principal,
            Optional<String> manager,
            Map<String, String> facts,
            Map<String, List<String>> owners,
            byte[] plan,
            Effect effect) {
        return new Ready(
                CHANGE,
                new byte[0],
                new About("leavers", "offboard", SYSTEM, "left", "OWN", "c".repeat(64)),
                "h".repeat(64),
                verdict,
                facts,
                owners,
                new Parties(proposer, principal, "sam", "W-sam"),
                manager,
                Optional.empty(),
                plan,
                PLAN,
                effect);
    }

    /** The same for a change without any particulars. */
    public static Ready ready(String verdict) {
        return ready(
                verdict,
                "pat",
                Optional.of("paul"),
                Optional.of("mia"),
                Map.of(),
                Map.of(),
                Effect.NONE);
    }

    /** All groups and roles of an account, without what they are inside of. */
    static Set<String> direct(Account account) {
        Set<String> held = new HashSet<>(account.roles());
        account.groups().forEach(each -> held.add(each.path()));
        return held;
    }
}
