package dev.remit.approval.application;

import dev.remit.approval.domain.Concern;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.loop.Received;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The accounts and groups of the people who can be asked, as observed. */
public interface People {
    /** Takes in what a batch says of accounts and charters; other messages are passed over. */
    Uni<Void> take(List<Received> batch);

    /**
     * The accounts behind these, by one query at most. A concern that nobody is behind has no
     * entry.
     */
    Uni<Map<Concern, List<Account>>> behind(Set<Concern> concerns);

    /** The groups that these accounts are in, the roles they hold, the workers they belong to. */
    default Uni<Set<Concern>> around(Set<Concern> accounts) {
        return behind(accounts)
                .map(found ->
                        found.values().stream()
                                .flatMap(Collection::stream)
                                .flatMap(People::around)
                                .collect(Collectors.toSet()));
    }

    private static Stream<Concern> around(Account account) {
        return Stream.of(
                        account.groups().stream().map(group -> Concern.group(group.path())),
                        account.roles().stream().map(Concern::role),
                        account.workerId().stream().map(Concern::worker))
                .flatMap(each -> each);
    }
}
