package dev.remit.approval.application;

import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.EntitlementFact;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.loop.Received;
import io.smallrye.mutiny.Uni;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The accounts and groups of the people who can be asked, as observed. */
public interface People {
    /**
     * Takes in what a batch says of accounts and charters; other messages are passed over.
     *
     * @return what is concerned beside the accounts
     */
    Uni<Set<Concern>> take(List<Received> batch);

    /**
     * The accounts behind these, by one query at most. A concern that nobody is behind has no
     * entry; each account that is found and that people sign in with has one of its own, too.
     */
    Uni<Map<Concern, List<Account>>> behind(Set<Concern> concerns);

    /**
     * What systems say of their groups and roles, by system, then by the group's path or the role's
     * name. A system that does not tell has no entry.
     */
    default Uni<Map<String, Map<String, EntitlementFact>>> entitlements() {
        return Uni.createFrom().item(Map.of());
    }

    /**
     * The groups that these accounts are in, the roles they hold, the workers they belong to; of
     * targets only the workers.
     */
    default Uni<Set<Concern>> around(Set<Concern> accounts) {
        return behind(accounts)
                .map(found -> {
                    Set<Concern> all = new HashSet<>();
                    for (Concern concern : accounts) {
                        for (Account account : found.getOrDefault(concern, List.of())) {
                            account.workerId().map(Concern::person).ifPresent(all::add);
                            if (concern.kind() == Concern.Kind.ACCOUNT) {
                                around(account).forEach(all::add);
                            }
                        }
                    }
                    return all;
                });
    }

    private static Stream<Concern> around(Account account) {
        return Stream.of(
                        account.groups().stream().map(group -> Concern.group(group.path())),
                        account.roles().stream().map(Concern::role),
                        account.workerId().stream().map(Concern::worker))
                .flatMap(each -> each);
    }
}
