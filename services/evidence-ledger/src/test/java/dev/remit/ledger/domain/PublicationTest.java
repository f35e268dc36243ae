package dev.remit.ledger.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.ledger.domain.Reading.Assented;
import dev.remit.ledger.domain.Reading.Drafted;
import dev.remit.ledger.domain.Reading.Published;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PublicationTest {
    private static final UUID DRAFT = new UUID(0, 1);
    private static final String OWNER = "a-owner";
    private static final Instant NOW = Instant.parse("2026-07-01T08:00:00Z");
    private static final Tightening LOOSER = (_, _) -> false;
    private static final Tightening HARDER = (_, _) -> true;

    private final List<Reading> said = new ArrayList<>();
    private final List<UUID> approvals = new ArrayList<>();
    private Instant now = NOW;

    @Test
    void theOwnerAndASecondPersonPublishAFirstVersion() {
        drafted(Optional.empty(), Optional.of("W1"), false, "OWNER", "SECOND");
        approved("OWNER", "W2");
        approved("SECOND", "W3");
        assertThat(problem(Optional.empty(), LOOSER)).isEmpty();
        assertThat(Publication.words(published(), said))
                .isEqualTo(
                        "drafted by drafter, approved by a-owner as OWNER, approved by a-W3 as SECOND");
    }

    @Test
    void theOwnerAlonePublishesOnlyWhatIsCertainlyHarder() {
        drafted(Optional.of("before"), Optional.of("W1"), false, "OWNER");
        approved("OWNER", "W2");
        assertThat(problem(Optional.of(before()), HARDER)).isEmpty();
        assertThat(problem(Optional.of(before()), LOOSER)).isPresent();
        assertThat(problem(Optional.empty(), HARDER)).isPresent();
    }

    @Test
    void whoDraftedItCountsForNothingAndNobodyCountsTwice() {
        drafted(Optional.empty(), Optional.of("W1"), false, "OWNER", "SECOND");
        approved("OWNER", "W2");
        approved("SECOND", "W1");
        assertThat(problem(Optional.empty(), LOOSER))
                .hasValueSatisfying(each -> assertThat(each).contains("W1"));
        said.removeLast();
        approvals.removeLast();
        approved("SECOND", "W2");
        assertThat(problem(Optional.empty(), LOOSER)).isPresent();
    }

    @Test
    void aDraftThatAsksForTooLittleDoesNotHelp() {
        drafted(Optional.empty(), Optional.of("W1"), false, "SECOND");
        approved("SECOND", "W2");
        assertThat(problem(Optional.empty(), LOOSER)).contains("nobody approved it as OWNER");
        said.clear();
        approvals.clear();
        drafted(Optional.of("before"), Optional.empty(), false, "OWNER");
        approved("OWNER", "W2");
        assertThat(problem(Optional.of(before()), HARDER)).contains("nobody approved it as SECOND");
    }

    @Test
    void anOwnerWhoDraftsNeedsASecondPerson() {
        drafted(Optional.of("before"), Optional.of("W1"), true, "SECOND");
        approved("SECOND", "W2");
        assertThat(problem(Optional.of(before()), HARDER)).isEmpty();
        assertThat(problem(Optional.of(before()), LOOSER)).isPresent();
        approved("SECOND", "W3");
        assertThat(problem(Optional.of(before()), LOOSER)).isEmpty();
    }

    @Test
    void aDraftThatAsksForTwoSecondPeopleNeedsBoth() {
        drafted(Optional.of("before"), Optional.of("W1"), true, "SECOND", "SECOND");
        approved("SECOND", "W2");
        assertThat(problem(Optional.of(before()), HARDER)).contains("nobody approved it as SECOND");
    }

    @Test
    void aVersionThatIsNotInOrderDoesNotEndItsCharter() {
        Published refused = version("refused", OWNER);
        drafted(Optional.of("refused"), Optional.of("W1"), false, "OWNER");
        approved("OWNER", "W2");
        assertThat(problem(List.of(before(), refused), Optional.of(before()), LOOSER)).isPresent();
        assertThat(problem(List.of(before(), refused), Optional.of(before()), HARDER)).isEmpty();
        approved("SECOND", "W3");
        assertThat(problem(List.of(before(), refused), Optional.of(before()), LOOSER)).isEmpty();
        assertThat(problem(List.of(refused), Optional.empty(), LOOSER)).isEmpty();
        assertThat(problem(List.of(before()), Optional.of(before()), LOOSER))
                .contains("it was drafted to follow a version that is not there");
    }

    @Test
    void theOwnerOfTheVersionBeforeIsAskedAndNobodyElse() {
        drafted(Optional.of("before"), Optional.of("W1"), false, "OWNER", "SECOND");
        approved("OWNER", "W2");
        approved("SECOND", "W3");
        Published others = version("before", "a-other");
        assertThat(problem(Optional.of(others), HARDER))
                .contains("the owner who was asked is not that of the version before it");
        Published taken = version("before", OWNER);
        Published inOrder = version("first", "a-other");
        assertThat(problem(List.of(inOrder, taken), Optional.of(inOrder), HARDER))
                .contains("the owner of the last version in order had no part in it");
        Published theirs = version("first", "a-W3");
        assertThat(problem(List.of(theirs, taken), Optional.of(theirs), HARDER)).isEmpty();
    }

    @Test
    void aFirstVersionIsApprovedByTheOwnerWhomItNames() {
        drafted(Optional.empty(), Optional.of("W1"), false, "OWNER", "SECOND");
        approved("OWNER", "W2");
        approved("SECOND", "W3");
        assertThat(problem(Optional.empty(), LOOSER)).isEmpty();
        assertThat(Publication.problem(of(version("h", "a-other")), said))
                .contains("the owner who was asked is not the one whom it names");
    }

    @Test
    void theOwnerApprovesWithTheAccountThatTheCharterNamesAndInTime() {
        drafted(Optional.empty(), Optional.of("W1"), false, "OWNER", "SECOND");
        approved("SECOND", "W3");
        UUID id = new UUID(7, 7);
        approvals.add(id);
        Assented byOther =
                new Assented(
                        id, DRAFT, "h", "APPROVED", "OWNER", "x", true, Optional.of("W2"), NOW);
        said.add(byOther);
        assertThat(problem(Optional.empty(), LOOSER))
                .contains("approval " + id + " is not of its owner's account");
        said.removeLast();
        approvals.removeLast();
        now = NOW.plusSeconds(1);
        approved("OWNER", "W2");
        assertThat(problem(Optional.empty(), LOOSER))
                .hasValueSatisfying(
                        each -> assertThat(each).endsWith("came after the draft's time"));
    }

    @Test
    void whoStandsInForTheOwnerDoesNotDoItAlone() {
        drafted(Optional.of("before"), Optional.of("W1"), false, "OWNER");
        approved("IN_PLACE_OF_OWNER", "W2");
        assertThat(problem(Optional.of(before()), HARDER)).contains("nobody approved it as SECOND");
        approved("SECOND", "W3");
        assertThat(problem(Optional.of(before()), HARDER)).isEmpty();
    }

    @Test
    void theInstallationsConfigurationPublishesFirstVersionsOnly() {
        drafted(Optional.empty(), Optional.empty(), false, "BOOTSTRAP");
        decided("BOOTSTRAP", "", false, "h", "APPROVED");
        assertThat(problem(Optional.empty(), LOOSER)).isEmpty();
        assertThat(problem(Optional.of(before()), HARDER)).isPresent();
        said.clear();
        drafted(Optional.of("before"), Optional.empty(), false, "BOOTSTRAP");
        decided("BOOTSTRAP", "", false, "h", "APPROVED");
        assertThat(problem(Optional.of(before()), HARDER)).isPresent();
    }

    @Test
    void anApprovalOfAnotherHashOrThatIsNoneOrIsNotThereDoesNotCount() {
        drafted(Optional.empty(), Optional.of("W1"), false, "OWNER", "SECOND");
        approved("OWNER", "W2");
        decided("SECOND", "W3", true, "other", "APPROVED");
        assertThat(problem(Optional.empty(), LOOSER)).isPresent();
        said.removeLast();
        approvals.removeLast();
        decided("SECOND", "W3", true, "h", "DENIED");
        assertThat(problem(Optional.empty(), LOOSER)).isPresent();
        said.removeLast();
        assertThat(problem(Optional.empty(), LOOSER)).isPresent();
    }

    @Test
    void whatRestsOnNothingIsFromBeforeDraftsOrRefused() {
        Published old = published("h", Optional.empty(), false);
        assertThat(Publication.problem(old, said)).isEmpty();
        assertThat(Publication.problem(old, List.of(), Optional.empty(), said, LOOSER)).isEmpty();
        assertThat(Publication.problem(old, List.of(before()), Optional.of(before()), said, LOOSER))
                .isPresent();
        assertThat(Publication.problem(published("h", Optional.empty(), true), said)).isPresent();
    }

    private void drafted(
            Optional<String> previous, Optional<String> worker, boolean byOwner, String... needs) {
        said.add(
                new Drafted(
                        DRAFT,
                        "leavers",
                        "h",
                        previous,
                        byOwner ? OWNER : "drafter",
                        worker,
                        OWNER,
                        List.of(needs),
                        NOW.plusSeconds(1)));
    }

    private void approved(String part, String worker) {
        decided(part, worker, true, "h", "APPROVED");
    }

    private void decided(
            String part, String worker, boolean byPerson, String hash, String decision) {
        UUID id = new UUID(1, said.size());
        approvals.add(id);
        said.add(
                new Assented(
                        id,
                        DRAFT,
                        hash,
                        decision,
                        part,
                        part.equals("OWNER") ? OWNER : "a-" + worker,
                        byPerson,
                        worker.isEmpty() ? Optional.empty() : Optional.of(worker),
                        now));
    }

    private Optional<String> problem(Optional<Published> before, Tightening tightening) {
        return problem(before.stream().toList(), before, tightening);
    }

    private Optional<String> problem(
            List<Published> logged, Optional<Published> before, Tightening tightening) {
        return Publication.problem(published(), said)
                .or(() -> Publication.problem(published(), logged, before, said, tightening));
    }

    /** The same, resting on this test's draft and approvals. */
    private Published of(Published one) {
        return new Published(
                one.name(),
                one.hash(),
                one.charter(),
                "",
                one.owner(),
                Optional.of(DRAFT),
                List.copyOf(approvals),
                true,
                "{}");
    }

    private Published version(String hash, String owner) {
        return new Published(
                "leavers",
                hash,
                Optional.empty(),
                "",
                owner,
                Optional.of(new UUID(0, 9)),
                List.of(),
                true,
                "{}");
    }

    private Published published() {
        return published("h", Optional.of(DRAFT), true);
    }

    private Published published(String hash, Optional<UUID> draft, boolean knew) {
        return new Published(
                "leavers",
                hash,
                Optional.empty(),
                "",
                OWNER,
                draft,
                List.copyOf(approvals),
                knew,
                "{}");
    }

    private Published before() {
        return published("before", Optional.of(new UUID(0, 9)), true);
    }
}
