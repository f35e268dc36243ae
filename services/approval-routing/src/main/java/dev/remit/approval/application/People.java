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

/** The accounts and groups of the people who can be asked, as observed. */
public interface People {
    /** Takes in what a batch says of accounts and charters; other messages are passed over. */
    Uni<Void> take(List<Received> batch);

    /**
     * The accounts behind these: all single accounts by one query, each group once. A concern that
     * nobody is behind has no entry.
     */
    Uni<Map<Concern, List<Account>>> behind(Set<Concern> concerns);

    /** The groups that these accounts are members of. */
    default Uni<Set<Concern>> groupsOf(Set<Concern> accounts) {
        return behind(accounts)
                .map(found ->
                        found.values().stream()
                                .flatMap(Collection::stream)
                                .flatMap(account -> account.groups().stream())
                                .map(group -> Concern.group(group.path()))
                                .collect(Collectors.toSet()));
    }
}
