package dev.remit.approval.adapter.postgres;

import dev.remit.approval.application.People;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.EntitlementFact;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.directory.Directory;
import dev.remit.handoff.loop.Received;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The people of the system whose accounts sign in here, from the observed directory. */
@Singleton
public class PostgresPeople implements People {
    private final Directory directory;
    private final PostgresEntitlements entitlements;
    private final PostgresAccessViolations violations;
    private final String system;

    PostgresPeople(
            Directory directory,
            PostgresEntitlements entitlements,
            PostgresAccessViolations violations,
            @ConfigProperty(name = "remit.people.system") String system) {
        this.directory = directory;
        this.entitlements = entitlements;
        this.violations = violations;
        this.system = system;
    }

    @Override
    public Uni<Set<Concern>> take(List<Received> batch) {
        return directory
                .take(batch)
                .chain(() -> entitlements.take(batch))
                .call(() -> violations.take(batch))
                .map(systems ->
                        systems.stream()
                                .map(Concern::entitlements)
                                .collect(Collectors.toUnmodifiableSet()));
    }

    @Override
    public Uni<Map<String, Map<String, EntitlementFact>>> entitlements() {
        return entitlements.all();
    }

    @Override
    public Uni<Map<Concern, List<Account>>> behind(Set<Concern> concerns) {
        return directory
                .find(
                        system,
                        new Directory.Wanted(
                                ids(concerns, Concern.Kind.ACCOUNT),
                                ids(concerns, Concern.Kind.WORKER),
                                ids(concerns, Concern.Kind.GROUP),
                                ids(concerns, Concern.Kind.ROLE),
                                ids(concerns, Concern.Kind.TARGET),
                                ids(concerns, Concern.Kind.PERSON)))
                .map(accounts -> behind(system, concerns, accounts));
    }

    /** Which of these accounts are behind what. */
    static Map<Concern, List<Account>> behind(
            String people, Set<Concern> concerns, List<Account> accounts) {
        Map<Concern, List<Account>> found = new HashMap<>();
        for (Account account : accounts) {
            put(Concern.target(account.system(), account.id()), account, concerns, found);
            account.workerId().ifPresent(id -> put(Concern.person(id), account, concerns, found));
            if (account.system().equals(people)) {
                // who is found by a group is known by their account, too
                found.put(Concern.account(account.id()), List.of(account));
                account.workerId()
                        .ifPresent(id -> put(Concern.worker(id), account, concerns, found));
                account.groups()
                        .forEach(group ->
                                put(Concern.group(group.path()), account, concerns, found));
                account.roles().forEach(role -> put(Concern.role(role), account, concerns, found));
            }
        }
        return found;
    }

    private static void put(
            Concern concern,
            Account account,
            Set<Concern> wanted,
            Map<Concern, List<Account>> found) {
        if (wanted.contains(concern)) {
            found.computeIfAbsent(concern, _ -> new ArrayList<>()).add(account);
        }
    }

    private static List<String> ids(Set<Concern> concerns, Concern.Kind kind) {
        return concerns.stream()
                .filter(each -> each.kind() == kind)
                .map(Concern::id)
                .sorted()
                .toList();
    }
}
