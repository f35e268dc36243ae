package dev.remit.ledger.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.ledger.domain.Reading.Assented;
import dev.remit.ledger.domain.Reading.Drafted;
import dev.remit.ledger.domain.Reading.Published;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PublicationTest {
    private static final UUID DRAFT = new UUID(0, 1);
    private static final Tightening LOOSER = (_, _) -> false;
    private static final Tightening HARDER = (_, _) -> true;

    private final List<Reading> said = new ArrayList<>();
    private final List<UUID> approvals = new ArrayList<>();

    @Test
    void theOwnerAndASecondPersonPublishAFirstVersion() {
        drafted(Optional.empty(), Optional.of("W1"), false, "OWNER", "SECOND");
        approved("OWNER", "W2");
        approved("SECOND", "W3");
        assertThat(problem(Optional.empty(), LOOSER)).isEmpty();
        assertThat(Publication.words(published(), said))
                .isEqualTo(
                        "drafted by drafter, approved by a-W2 as OWNER, approved by a-W3 as SECOND");
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
        assertThat(problem(Optional.of(before()), LOOSER)).isEmpty();
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
        assertThat(Publication.problem(old, Optional.empty(), said, LOOSER)).isEmpty();
        assertThat(Publication.problem(old, Optional.of(before()), said, LOOSER)).isPresent();
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
                        "drafter",
                        worker,
                        byOwner,
                        Set.of(needs)));
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
                        "a-" + worker,
                        byPerson,
                        worker.isEmpty() ? Optional.empty() : Optional.of(worker)));
    }

    private Optional<String> problem(Optional<Published> before, Tightening tightening) {
        return Publication.problem(published(), said)
                .or(() -> Publication.problem(published(), before, said, tightening));
    }

    private Published published() {
        return published("h", Optional.of(DRAFT), true);
    }

    private Published published(String hash, Optional<UUID> draft, boolean knew) {
        return new Published(
                "leavers", hash, Optional.empty(), "", draft, List.copyOf(approvals), knew, "{}");
    }

    private Published before() {
        return published("before", Optional.of(new UUID(0, 9)), true);
    }
}
