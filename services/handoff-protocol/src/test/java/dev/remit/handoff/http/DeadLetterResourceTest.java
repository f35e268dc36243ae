package dev.remit.handoff.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.handoff.http.DeadLetterResource.Asked;
import dev.remit.handoff.http.DeadLetterResource.Line;
import dev.remit.handoff.loop.SomeDeadLetters;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.core.Response;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What operators may do with what was set aside. */
class DeadLetterResourceTest {
    private final SomeDeadLetters letters = new SomeDeadLetters();
    private final List<String> recorded = new ArrayList<>();
    private boolean person = true;
    private final DeadLetterResource resource =
            new DeadLetterResource(
                    letters,
                    new Caller() {
                        @Override
                        public String id() {
                            return "operator";
                        }

                        @Override
                        public boolean isPerson() {
                            return person;
                        }
                    },
                    reads());

    @Test
    void aPageSaysWhereTheNextOneIsUntilNothingFollows() {
        UUID first = letters.add("OPEN");
        UUID second = letters.add("DISCARDED");
        UUID third = letters.add("OPEN");

        Response page = list("OPEN", null, 1);
        assertThat(ids(page)).containsExactly(first);
        assertThat(page.getHeaderString("Link"))
                .isEqualTo("</dead-letters?limit=1&state=OPEN&before=" + first + ">; rel=\"next\"");
        assertThat(ids(list("OPEN", first, 1))).containsExactly(third);
        assertThat(ids(list(null, null, 2))).containsExactly(first, second);
        assertThat(list(null, second, 2).getHeaderString("Link")).isNull();
        assertThat(ids(list("OPEN", third, 1))).isEmpty();
    }

    @Test
    void aPageThatCannotBeIsRefusedByName() {
        assertProblem(() -> list("ENDED", null, 200), 422, "STATE_UNKNOWN");
        assertProblem(() -> list(null, null, 0), 422, "FIELD_MISFORMED");
        assertProblem(() -> list(null, null, 201), 422, "FIELD_MISFORMED");
        assertProblem(() -> list(null, UUID.randomUUID(), 200), 404, "DEAD_LETTER_UNKNOWN");
    }

    @Test
    void whoeverReadsOneIsRecordedBeforeIt() {
        UUID id = letters.add("OPEN");
        assertThat(resource.show(id.toString()).await().indefinitely().id()).isEqualTo(id);
        assertThat(recorded).containsExactly("operator reads " + id);
    }

    @Test
    void aPersonReplaysOrDiscardsAndSaysWhy() {
        String id = letters.add("OPEN").toString();
        resource.replay(id, new Asked(" the key has come ")).await().indefinitely();
        resource.discard(id, new Asked("a test")).await().indefinitely();
        assertThat(letters.done)
                .containsExactly(
                        "replay " + id + " by operator: the key has come",
                        "discard " + id + " by operator: a test");
    }

    @Test
    void withoutAReasonNothingIsReplayedOrDiscarded() {
        String id = letters.add("OPEN").toString();
        for (String blank : new String[] {null, "", " \t"}) {
            assertProblem(() -> resource.discard(id, new Asked(blank)), 422, "FIELD_MISSING");
            assertProblem(() -> resource.replay(id, new Asked(blank)), 422, "FIELD_MISSING");
        }
        assertProblem(() -> resource.discard(id, null), 400, "BODY_MISSING");
        assertThat(letters.done).isEmpty();
    }

    @Test
    void onlyAPersonReplaysOrDiscards() {
        person = false;
        String id = letters.add("OPEN").toString();
        assertProblem(() -> resource.replay(id, new Asked("why")), 403, "PERSON_NEEDED");
        assertProblem(() -> resource.discard(id, new Asked("why")), 403, "PERSON_NEEDED");
        assertThat(letters.done).isEmpty();
    }

    private Response list(String state, UUID before, int limit) {
        return resource.list(state, before == null ? null : before.toString(), limit)
                .await()
                .indefinitely();
    }

    private static List<UUID> ids(Response page) {
        return ((List<?>) page.getEntity()).stream().map(each -> ((Line) each).id()).toList();
    }

    private static void assertProblem(ThrowingCallable call, int status, String code) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> {
                            assertThat(problem.status()).isEqualTo(status);
                            assertThat(problem.code()).isEqualTo(code);
                        });
    }

    /** A service that records who reads. */
    @SuppressWarnings("unchecked")
    private Instance<LetterReads> reads() {
        LetterReads reads =
                new LetterReads() {
                    @Override
                    public <T> Uni<T> recorded(String reader, UUID letter, Supplier<Uni<T>> look) {
                        recorded.add(reader + " reads " + letter);
                        return look.get();
                    }
                };
        return (Instance<LetterReads>)
                Proxy.newProxyInstance(
                        DeadLetterResourceTest.class.getClassLoader(),
                        new Class<?>[] {Instance.class},
                        (proxy, method, arguments) ->
                                switch (method.getName()) {
                                    case "isResolvable" -> true;
                                    case "get" -> reads;
                                    default -> throw new UnsupportedOperationException();
                                });
    }
}
