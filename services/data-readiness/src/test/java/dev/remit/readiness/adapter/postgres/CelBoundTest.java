package dev.remit.readiness.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.directory.Account;
import dev.remit.readiness.domain.Charter;
import dev.remit.readiness.domain.Charter.Side;
import dev.remit.readiness.domain.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** On which side of a domain's condition a change is. */
class CelBoundTest {
    private static final Account.Group ADMINS = group("/domain-admins");
    private static final Account.Group STAFF = group("/staff");
    private static final String NO_ADMINS = "!('/domain-admins' in resource.entitlements)";

    @Test
    void whatAGrantGivesIsJudgedAndNotWhatTheAccountHolds() {
        CelBound grants =
                bound(NO_ADMINS, List.of("join-group"), Optional.of(ADMINS), Charter.Details.NONE);
        assertThat(side(grants)).isEqualTo(Side.OUTSIDE);
        assertThat(side(grants, STAFF)).isEqualTo(Side.OUTSIDE);
        CelBound others =
                bound(NO_ADMINS, List.of("join-group"), Optional.of(STAFF), Charter.Details.NONE);
        assertThat(side(others, ADMINS)).as("which it holds and keeps").isEqualTo(Side.INSIDE);
    }

    @Test
    void whatIsJoinedAndWhatIsLeftIsJudged() {
        assertThat(side(bound(NO_ADMINS, List.of("join-groups"), joins(ADMINS, STAFF))))
                .isEqualTo(Side.OUTSIDE);
        assertThat(side(bound(NO_ADMINS, List.of("leave-group"), leaves(ADMINS)), ADMINS))
                .isEqualTo(Side.OUTSIDE);
        assertThat(side(bound(NO_ADMINS, List.of("leave-group"), leaves(STAFF)), ADMINS, STAFF))
                .isEqualTo(Side.INSIDE);
    }

    @Test
    void whatTakesEveryGroupTakesThoseThatTheAccountHolds() {
        for (String step : List.of("leave-groups", "delete-account")) {
            CelBound bound = bound(NO_ADMINS, List.of(step), Charter.Details.NONE);
            assertThat(side(bound, ADMINS)).as(step).isEqualTo(Side.OUTSIDE);
            assertThat(side(bound, STAFF)).as(step).isEqualTo(Side.INSIDE);
        }
        assertThat(side(bound(NO_ADMINS, List.of("disable-account"), Charter.Details.NONE), ADMINS))
                .as("which takes none")
                .isEqualTo(Side.INSIDE);
    }

    @Test
    void whatNobodyKnowsHasNoAnswer() {
        for (String text : List.of("resource.owner == 'x'", "change.reason == 'x'")) {
            assertThat(side(bound(text, List.of("disable-account"), Charter.Details.NONE)))
                    .as(text)
                    .isEqualTo(Side.UNKNOWN);
        }
        assertThat(CelBound.of(NO_ADMINS, Map.of()).of(request(), account()))
                .as("an action that the charter does not have")
                .isEqualTo(Side.UNKNOWN);
    }

    private static Side side(CelBound bound, Account.Group... groups) {
        return bound.of(request(), account(groups));
    }

    private static CelBound bound(String text, List<String> steps, Charter.Details details) {
        return bound(text, steps, Optional.empty(), details);
    }

    private static CelBound bound(
            String text,
            List<String> steps,
            Optional<Account.Group> granted,
            Charter.Details details) {
        return CelBound.of(
                text,
                Map.of(
                        "act",
                        CelBound.Action.of(
                                "OWN",
                                steps,
                                granted.map(each -> new Charter.Grant(each, Duration.ofHours(4))),
                                details)));
    }

    private static Charter.Details joins(Account.Group... groups) {
        return new Charter.Details(Map.of(), Optional.empty(), List.of(groups), Optional.empty());
    }

    private static Charter.Details leaves(Account.Group group) {
        return new Charter.Details(Map.of(), Optional.of(group), List.of(), Optional.empty());
    }

    private static Request request() {
        return new Request(new UUID(0, 1), "access", "h1", "hr", "E1", "keycloak:acme", "act");
    }

    private static Account account(Account.Group... groups) {
        return new Account(
                "keycloak:acme",
                "a-1",
                true,
                Optional.of("E1"),
                Optional.empty(),
                List.of(groups),
                List.of(),
                "",
                Instant.EPOCH);
    }

    private static Account.Group group(String path) {
        return new Account.Group("id-of-" + path, path);
    }
}
