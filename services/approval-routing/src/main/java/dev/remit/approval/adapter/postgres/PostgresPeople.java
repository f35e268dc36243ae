package dev.remit.approval.adapter.postgres;

import dev.remit.approval.application.People;
import dev.remit.approval.domain.Concern;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.directory.Directory;
import dev.remit.handoff.loop.Received;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The people of the system whose accounts sign in here, from the observed directory. */
@Singleton
public class PostgresPeople implements People {
    private final Directory directory;
    private final String system;

    PostgresPeople(
            Directory directory, @ConfigProperty(name = "remit.people.system") String system) {
        this.directory = directory;
        this.system = system;
    }

    @Override
    public Uni<Void> take(List<Received> batch) {
        return directory.take(batch);
    }

    @Override
    public Uni<Map<Concern, List<Account>>> behind(Set<Concern> concerns) {
        Map<Concern, List<Account>> found = new HashMap<>();
        List<String> ids = ids(concerns, Concern.Kind.ACCOUNT);
        Uni<List<Account>> accounts =
                ids.isEmpty() ? Uni.createFrom().item(List.of()) : directory.withIds(system, ids);
        return accounts.invoke(all ->
                        all.forEach(each -> found.put(Concern.account(each.id()), List.of(each))))
                .chain(() ->
                        Multi.createFrom()
                                .iterable(ids(concerns, Concern.Kind.GROUP))
                                .onItem()
                                .transformToUniAndConcatenate(group ->
                                        directory
                                                .membersOf(system, group)
                                                .invoke(members ->
                                                        found.put(Concern.group(group), members)))
                                .collect()
                                .asList())
                .replaceWith(found);
    }

    private static List<String> ids(Set<Concern> concerns, Concern.Kind kind) {
        return concerns.stream()
                .filter(each -> each.kind() == kind)
                .map(Concern::id)
                .sorted()
                .toList();
    }
}
