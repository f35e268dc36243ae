package dev.remit.executor.adapter.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.executor.domain.Plan;
import dev.remit.executor.domain.Plan.Group;
import dev.remit.executor.domain.Plan.Step;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonPlansTest {
    private static final String PLAN =
            """
            {"account":"a1","action":"offboard","change":"00000000-0000-0001-0000-000000000001",\
            "charter":{"hash":"h","name":"n","version":"1"},\
            "steps":[{"after":{"enabled":"false"},"before":{"enabled":"true"},"name":"disable-account"},\
            {"after":{"sessions":"0"},"before":{},"name":"end-sessions"},\
            {"after":{"groups":""},"before":{"groups":"/a,/b"},"groups":[{"id":"2","path":"/b"},{"id":"1","path":"/a"}],"name":"leave-groups"}],\
            "target":"keycloak:acme"}\
            """;

    @Test
    void aPlanReads() {
        assertThat(read(PLAN))
                .contains(
                        new Plan(
                                new UUID(1, 1),
                                "a1",
                                "keycloak:acme",
                                List.of(
                                        new Step.DisableAccount(true),
                                        new Step.EndSessions(),
                                        new Step.LeaveGroups(
                                                List.of(
                                                        new Group("2", "/b"),
                                                        new Group("1", "/a"))))));
    }

    /** Each alteration of the plan above makes it unreadable. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "disable-account | launch-rocket",
                "\"account\" | \"accounts\"",
                "\"a1\" | 7",
                "\"a1\" | \"\"",
                "\"account\":\"a1\" | \"account\":\"a1\",\"unless\":\"x\"",
                "00000000-0000-0001-0000-000000000001 | no-uuid",
                "{\"enabled\":\"false\"} | {\"enabled\":\"true\"}",
                "{\"enabled\":\"false\"} | {}",
                "{\"enabled\":\"true\"} | {\"enabled\":\"maybe\"}",
                "{\"enabled\":\"true\"} | {\"enabled\":true}",
                "{\"enabled\":\"true\"} | {\"enabled\":\"true\",\"mail\":\"x\"}",
                "{\"enabled\":\"true\"} | {}",
                "\"before\":{},| ``",
                "\"before\":{} | \"before\":{\"sessions\":\"2\"}",
                "{\"sessions\":\"0\"} | {\"sessions\":\"1\"}",
                "/a,/b | /a",
                "/a,/b | /a,/b,/c",
                "{\"groups\":\"\"} | {\"groups\":\"/c\"}",
                "{\"id\":\"1\", | {",
                "{\"id\":\"1\", | {\"id\":\"1\",\"type\":\"x\",",
                "\"steps\":[ | \"steps\":[[],",
                "{\"account\" | [{\"account\"",
            })
    void whatIsNotKnownMakesAPlanUnreadable(String found, String replaced) {
        assertThat(PLAN).contains(found);
        assertThat(read(PLAN.replace(found, replaced))).isEmpty();
    }

    private static final String JOINER =
            """
            {"account":"worker:E7","action":"onboard","change":"00000000-0000-0001-0000-000000000001",\
            "charter":{"hash":"h","name":"n","version":"1"},\
            "steps":[{"after":{"account":"there","enabled":"true","manager":"E9","username":"e7","workerId":"E7"},\
            "before":{"account":"gone"},\
            "compensation":{"after":{"account":"gone"},"before":{"account":"there"},"name":"delete-account"},"name":"create-account"},\
            {"after":{"groups":"/a"},"before":{"groups":""},"groups":[{"id":"1","path":"/a"}],"name":"join-groups"}],\
            "target":"keycloak:acme"}\
            """;

    @Test
    void aPlanThatMakesAnAccountReads() {
        Step made = new Step.CreateAccount("e7", "E7", /* enabled= */ true, "E9");
        assertThat(read(JOINER))
                .contains(
                        new Plan(
                                new UUID(1, 1),
                                "worker:E7",
                                "keycloak:acme",
                                List.of(made, new Step.JoinGroups(List.of(new Group("1", "/a")))),
                                Optional.empty(),
                                Map.of(made, new Step.DeleteAccount()),
                                Optional.empty()));
    }

    /** What is not exactly this account, of this worker, made first, is not made. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "worker:E7 | worker:E8",
                "worker:E7 | a1",
                "\"workerId\":\"E7\" | \"workerId\":\"E8\"",
                "\"workerId\":\"E7\" | \"workerId\":\"\"",
                "\"username\":\"e7\" | \"username\":\"\"",
                "\"enabled\":\"true\" | \"enabled\":\"maybe\"",
                "\"enabled\":\"true\" | \"enabled\":true",
                "\"manager\":\"E9\", | ``",
                "\"username\":\"e7\" | \"username\":\"e7\",\"password\":\"x\"",
                "{\"account\":\"there\",\"enabled | {\"account\":\"gone\",\"enabled",
                "\"before\":{\"account\":\"gone\"} | \"before\":{\"account\":\"there\"}",
                "\"before\":{\"account\":\"gone\"} | \"before\":{}",
                "\"name\":\"delete-account\" | \"name\":\"disable-account\"",
                "\"steps\":[ | \"steps\":[{\"after\":{\"sessions\":\"0\"},\"before\":{},\"name\":\"end-sessions\"},",
                "],\"target\" | ,{\"after\":{\"sessions\":\"0\"},\"before\":{},\"name\":\"end-sessions\"}],\"target\"",
            })
    void whatIsNotExactlyThisAccountMakesAPlanUnreadable(String found, String replaced) {
        assertThat(JOINER).contains(found);
        assertThat(read(JOINER.replace(found, replaced))).isEmpty();
    }

    /** The plan above, taking two of its steps back. */
    private static final String CAREFUL =
            PLAN.replace(
                            "\"name\":\"disable-account\"",
                            "\"compensation\":{\"after\":{\"enabled\":\"true\"},\"before\":{\"enabled\":\"false\"},\"name\":\"enable-account\"},\"name\":\"disable-account\"")
                    .replace(
                            "\"name\":\"leave-groups\"",
                            "\"compensation\":{\"after\":{\"groups\":\"/a,/b\"},\"before\":{\"groups\":\"\"},\"groups\":[{\"id\":\"2\",\"path\":\"/b\"},{\"id\":\"1\",\"path\":\"/a\"}],\"name\":\"join-groups\"},\"name\":\"leave-groups\"");

    @Test
    void aPlanThatTakesItsStepsBackReads() {
        List<Group> groups = List.of(new Group("2", "/b"), new Group("1", "/a"));
        assertThat(read(CAREFUL))
                .map(Plan::compensations)
                .contains(
                        Map.of(
                                new Step.DisableAccount(true),
                                new Step.EnableAccount(),
                                new Step.LeaveGroups(groups),
                                new Step.JoinGroups(groups)));
    }

    /** What takes a step back is its opposite, to what the approvers saw; anything else is not. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "enable-account | launch-rocket",
                "\"compensation\":{\"after\":{\"enabled\":\"true\"},\"before\":{\"enabled\":\"false\"},\"name\":\"enable-account\"} | \"compensation\":{\"after\":{\"sessions\":\"0\"},\"before\":{},\"name\":\"end-sessions\"}",
                "\"compensation\":{\"after\":{\"enabled\":\"true\"} | \"compensation\":{\"after\":{\"enabled\":\"false\"}",
                "\"groups\":\"/a,/b\"},\"before\":{\"groups\":\"\"},\"groups\":[{\"id\":\"2\" | \"groups\":\"/a,/b\"},\"before\":{\"groups\":\"\"},\"groups\":[{\"id\":\"9\"",
                "\"before\":{\"enabled\":\"true\"},\"compensation\" | \"before\":{\"enabled\":\"false\"},\"compensation\"",
            })
    void whatDoesNotTakeAStepBackMakesAPlanUnreadable(String found, String replaced) {
        assertThat(CAREFUL).contains(found);
        assertThat(read(CAREFUL.replace(found, replaced))).isEmpty();
    }

    @Test
    void eachStepIsNamedOnce() {
        assertThat(
                        read(
                                PLAN.replace(
                                        "\"steps\":[",
                                        "\"steps\":[{\"after\":{\"sessions\":\"0\"},\"before\":{},\"name\":\"end-sessions\"},")))
                .isEmpty();
    }

    private static final String GRANT =
            """
            {"account":"a1","action":"grant","change":"00000000-0000-0001-0000-000000000001",\
            "charter":{"hash":"h","name":"n","version":"1"},\
            "steps":[{"after":{"groups":"/e"},"before":{},"group":{"id":"9","path":"/e"},"name":"join-group"},\
            {"after":{"expires":"PT4H"},"before":{},"group":{"id":"9","path":"/e"},"name":"leave-group-at-expiry"}],\
            "target":"keycloak:acme"}\
            """;

    @Test
    void aGrantForATimeReads() {
        assertThat(read(GRANT))
                .contains(
                        new Plan(
                                new UUID(1, 1),
                                "a1",
                                "keycloak:acme",
                                List.of(new Step.JoinGroup(new Group("9", "/e"))),
                                Optional.of(
                                        new Plan.End(
                                                new Step.LeaveGroup(new Group("9", "/e")),
                                                Duration.ofHours(4)))));
    }

    @Test
    void aStartReadsAndOneThatIsNoTimeMakesThePlanUnreadable() {
        String starting =
                GRANT.replace("\"steps\"", "\"notBefore\":\"2026-01-02T03:04:05Z\",\"steps\"");
        assertThat(read(starting).flatMap(Plan::notBefore))
                .contains(Instant.parse("2026-01-02T03:04:05Z"));
        assertThat(read(starting.replace("2026-01-02T03:04:05Z", "tomorrow"))).isEmpty();
    }

    /** Each alteration of the grant makes it unreadable. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "PT4H | PT0S",
                "PT4H | soon",
                "{\"groups\":\"/e\"} | {\"groups\":\"/f\"}",
                "\"9\",\"path\":\"/e\"},\"name\":\"leave | \"8\",\"path\":\"/e\"},\"name\":\"leave",
                "leave-group-at-expiry | leave-groups",
                "join-group | leave-group-at-expiry",
                "\"before\":{},\"group\":{\"id\":\"9\",\"path\":\"/e\"},\"name\":\"join | \"before\":{\"groups\":\"\"},\"group\":{\"id\":\"9\",\"path\":\"/e\"},\"name\":\"join",
            })
    void aGrantThatIsNotTakenAwayAsItWasGivenIsUnreadable(String found, String replaced) {
        assertThat(GRANT).contains(found);
        assertThat(read(GRANT.replace(found, replaced))).isEmpty();
        String step =
                GRANT.substring(GRANT.indexOf("{\"after\""), GRANT.indexOf(",{\"after\":{\"exp"));
        assertThat(read(GRANT.replace(step + ",", ""))).as("only taken away").isEmpty();
        assertThat(read(GRANT.replace(step, step + "," + step))).as("given twice").isEmpty();
    }

    @Test
    void aPlanWithoutAStepDoesNotRead() {
        assertThat(read(PLAN.replaceFirst("\"steps\":\\[.*],", "\"steps\":[],"))).isEmpty();
        assertThat(read("")).isEmpty();
    }

    private static Optional<Plan> read(String json) {
        return new JsonPlans().read(json.getBytes(StandardCharsets.UTF_8));
    }
}
