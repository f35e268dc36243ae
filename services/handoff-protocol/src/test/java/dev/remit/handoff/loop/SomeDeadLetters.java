package dev.remit.handoff.loop;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Dead letters in memory, the newest first; it notes what operators do. */
public final class SomeDeadLetters extends DeadLetters {
    public final List<Letter> letters = new ArrayList<>();
    public final List<String> done = new ArrayList<>();

    @SuppressWarnings("NullAway") // neither the database nor the loop is asked
    public SomeDeadLetters() {
        super(null, null, new ObjectMapper(), new SimpleMeterRegistry());
    }

    /** Adds one that is older than all others. */
    public UUID add(String state) {
        UUID id = new UUID(0, letters.size() + 1L);
        letters.add(
                new Letter(
                        id,
                        "BAD_SEAL",
                        "does not fit",
                        "remit.change.proposed.v1[0]@" + letters.size(),
                        Optional.empty(),
                        Map.of(),
                        new byte[0],
                        Instant.EPOCH,
                        state,
                        Optional.empty()));
        return id;
    }

    @Override
    public Uni<List<Letter>> list(Optional<String> state, Optional<UUID> before, int limit) {
        return Uni.createFrom()
                .item(
                        letters.stream()
                                .filter(each -> state.map(each.state()::equals).orElse(true))
                                .filter(each ->
                                        before.map(last -> each.id().compareTo(last) > 0)
                                                .orElse(true))
                                .limit(limit)
                                .toList());
    }

    @Override
    public Uni<Optional<Letter>> find(UUID id) {
        return Uni.createFrom()
                .item(letters.stream().filter(each -> each.id().equals(id)).findFirst());
    }

    @Override
    public Uni<String> replay(UUID id, String by, String reason) {
        done.add("replay " + id + " by " + by + ": " + reason);
        return Uni.createFrom().item("ACCEPTED");
    }

    @Override
    public Uni<Void> discard(UUID id, String by, String reason) {
        done.add("discard " + id + " by " + by + ": " + reason);
        return Uni.createFrom().voidItem();
    }
}
