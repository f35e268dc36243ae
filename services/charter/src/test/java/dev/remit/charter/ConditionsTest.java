package dev.remit.charter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.charter.Condition.Answer;
import dev.remit.charter.Conditions.Compiled;
import dev.remit.charter.Conditions.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionsTest {
    private static final Facts.Account WORKER =
            new Facts.Account(
                    "keycloak:acme",
                    "a-1",
                    true,
                    Optional.of("w-1"),
                    Optional.empty(),
                    List.of("/staff", "/admins"),
                    List.of("proposer"));
    private static final Facts FACTS =
            Facts.NONE
                    .withChange(
                            new Facts.Change(
                                    "leaver", "offboard", "keycloak:acme", "w-1", "left", "OWN"))
                    .withSubject(WORKER)
                    .withReadiness(
                            new Facts.Readiness("READY", Map.of("manager.active", "PRESENT")))
                    .withRisk(40);

    private final Conditions conditions = new Conditions();

    private Answer ask(String text, Facts facts) {
        return conditions.ask(Place.FILTER, text, facts);
    }

    private Compiled.Broken broken(Place place, String text) {
        assertThat(conditions.compile(place, text)).isInstanceOf(Compiled.Broken.class);
        return (Compiled.Broken) conditions.compile(place, text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "change.charter == 'leaver' && change.mode == 'OWN'",
                "'/admins' in subject.groups",
                "subject.groups.exists(g, g.startsWith('/adm'))",
                "subject.enabled && subject.workerId == change.subject",
                "!has(subject.managerWorkerId)",
                "readiness.verdict == 'READY'",
                "readiness.facts['manager.active'] == 'PRESENT'",
                "risk >= 40 && risk < 80",
                "change.target.matches('^keycloak:[a-z]+$')"
            })
    void whatIsKnownIsAnswered(String text) {
        assertThat(ask(text, FACTS)).isEqualTo(new Answer.Holds());
        assertThat(ask("!(" + text + ")", FACTS)).isEqualTo(new Answer.Fails());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resource.owner == 'a-1'",
                "resource.entitlements.exists(e, e == '/admins')",
                "subject.managerWorkerId == 'w-2'",
                "reviewer.enabled",
                "!(reviewer.enabled)",
                "has(resource.owner)",
                "remit.Change{action: 'offboard'} == change",
                "readiness.facts['source.fresh'] == 'PRESENT'"
            })
    void whatIsNotKnownHasNoAnswerAndIsClosed(String text) {
        assertThat(ask(text, FACTS)).isInstanceOf(Answer.Unknown.class);
        assertThat(conditions.holds(Place.FILTER, text, FACTS)).isFalse();
    }

    @Test
    void anAnswerNamesWhatIsNotKnownAndNeverAValue() {
        assertThat(ask("subject.managerWorkerId == 'secret-value'", FACTS))
                .isEqualTo(new Answer.Unknown("it looks at what is not known: managerWorkerId"));
    }

    @Test
    void whatDoesNotLookAtTheUnknownIsAnswered() {
        assertThat(ask("resource.owner == 'a-1' || risk == 40", FACTS))
                .isEqualTo(new Answer.Holds());
        assertThat(ask("resource.owner == 'a-1' && risk == 41", FACTS))
                .isEqualTo(new Answer.Fails());
    }

    @Test
    void aNameThatDoesNotExistIsFoundWhenItIsCompiled() {
        Compiled.Broken broken =
                broken(Place.ROUTE, "change.action == 'x' &&\n  change.nme == 'y'");
        assertThat(broken.line()).isEqualTo(2);
        assertThat(broken.column()).isEqualTo(9);
        assertThat(broken.fault()).contains("nme");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "change.action == 5",
                "risk == 'high'",
                "change.action",
                "subject.groups == '/admins'",
                "change.action = 'x'",
                "unknown(change)",
                "",
                "timestamp.now() > 3"
            })
    void whatHasTheWrongTypeIsFoundWhenItIsCompiled(String text) {
        broken(Place.FILTER, text);
        assertThat(ask(text, FACTS)).isInstanceOf(Answer.Unknown.class);
    }

    @Test
    void onlyAFilterLooksAtTheReviewerAndOnlyARouteAtReadiness() {
        broken(Place.ROUTE, "reviewer.enabled");
        broken(Place.DOMAIN, "readiness.verdict == 'READY'");
        broken(Place.DOMAIN, "risk > 1");
        assertThat(conditions.compile(Place.FILTER, "reviewer.enabled"))
                .isInstanceOf(Compiled.Good.class);
        assertThat(conditions.compile(Place.ROUTE, "readiness.verdict == 'READY'"))
                .isInstanceOf(Compiled.Good.class);
    }

    @Test
    void aLoopInALoopStopsWhenItCostsTooMuch() {
        Facts many =
                FACTS.withSubject(
                        new Facts.Account(
                                "s",
                                "i",
                                true,
                                Optional.empty(),
                                Optional.empty(),
                                IntStream.range(0, 500).mapToObj(n -> "/g" + n).toList(),
                                List.of()));
        assertThat(
                        ask(
                                "subject.groups.all(a, subject.groups.all(b, subject.groups.all(c, a + b + c != 'x')))",
                                many))
                .isEqualTo(new Answer.Unknown("it costs too much"));
    }

    @Test
    void aTextThatIsTooLongOrTooDeepDoesNotCompile() {
        broken(Place.ROUTE, "risk == 1" + " || risk == 1".repeat(300));
        broken(Place.ROUTE, "(".repeat(200) + "true" + ")".repeat(200));
        broken(Place.ROUTE, "!".repeat(1) + "(!".repeat(200) + "true" + ")".repeat(200));
    }

    @Test
    void aDivisionByZeroIsAnAnswerAndNoException() {
        assertThat(ask("1 / (risk - 40) == 1", FACTS)).isInstanceOf(Answer.Unknown.class);
    }

    @Test
    void aTextIsCompiledOnceAndAskedByManyAtOnce() throws Exception {
        assertThat(conditions.compile(Place.ROUTE, "risk > 1"))
                .isSameAs(conditions.compile(Place.ROUTE, "risk > 1"));
        try (var threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Boolean>> asked = new ArrayList<>();
            for (int n = 0; n < 400; n++) {
                int risk = n % 100;
                asked.add(() ->
                        conditions.holds(Place.ROUTE, "risk > 50", FACTS.withRisk(risk))
                                == (risk > 50));
            }
            for (var answer : threads.invokeAll(asked)) {
                assertThat(answer.get()).isTrue();
            }
        }
    }
}
