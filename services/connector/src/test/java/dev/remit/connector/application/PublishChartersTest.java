package dev.remit.connector.application;

import static dev.remit.connector.application.CharterTexts.NAME;
import static dev.remit.connector.application.CharterTexts.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.connector.application.Feeds.Turn;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Draft;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.SignIn;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.CharterDecided;
import dev.remit.wire.v1.CharterDrafted;
import dev.remit.wire.v1.CharterPart;
import dev.remit.wire.v1.CharterPublished;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PublishChartersTest {
    private final Memory memory = new Memory();
    private final Feeds feeds = memory.feeds();
    private final Charters charters = new Charters();
    private final PublishCharters publish = memory.publish(feeds, charters, NAME);
    private final Turn turn = memory.turn(feeds, "charters");

    @Test
    void theFirstVersionOfACharterThatTheInstallationNamesIsPublishedOnceAndItShows() {
        assertThat(charters.known()).isFalse();
        take(version("a.yaml", "1"));
        take(version("a.yaml", "1"));
        assertThat(charters.find(NAME)).map(Charter::version).contains("1");
        assertThat(memory.messages(CharterPublished.class)).hasSize(1);
        CharterDrafted drafted = memory.messages(CharterDrafted.class).getFirst();
        CharterDecided decided = memory.messages(CharterDecided.class).getFirst();
        CharterPublished published = memory.messages(CharterPublished.class).getFirst();
        assertThat(drafted.getDraftedBy().getKind()).isEqualTo(ActorKind.SERVICE);
        assertThat(drafted.getNeeds()).containsExactly(CharterPart.BOOTSTRAP);
        assertThat(decided.getPart()).isEqualTo(CharterPart.BOOTSTRAP);
        assertThat(decided.getDecidedBy().getKind()).isEqualTo(ActorKind.POLICY);
        assertThat(published.getDraftId()).isEqualTo(drafted.getDraftId());
        assertThat(published.getApprovals()).containsExactly(decided.getDecisionId());
    }

    @Test
    void whatIsShownIsTheVersionInForceAndNotTheOneThatIsToBegin() {
        Charters known = new Charters(memory.clock());
        PublishCharters shown = memory.publish(feeds, known, NAME);
        memory.published(
                version("a.yaml", "1").document(),
                version("b.yaml", "2", "  owner:", "  effective: { from: 2026-03-01 }\n  owner:")
                        .document());
        shown.refresh().await().indefinitely();
        assertThat(shown.inForce(NAME).await().indefinitely().version().version()).isEqualTo("1");
        memory.now = Instant.parse("2026-03-01T00:00:00Z");
        assertThat(shown.inForce(NAME).await().indefinitely().version().version()).isEqualTo("2");
        assertThatThrownBy(() -> shown.inForce("nothing").await().indefinitely())
                .hasMessageContaining("no charter");
    }

    @Test
    void anyOtherIsADraftThatNeedsTwoPeopleForNobodyKnowsWhoWroteTheFile() {
        PublishCharters strict = memory.publish(feeds, charters);
        assertThat(strict.publish(turn, List.of(version("a.yaml", "1"))).await().indefinitely())
                .isTrue();
        strict.refresh().await().indefinitely();
        assertThat(memory.messages(CharterPublished.class)).isEmpty();
        assertThat(charters.find(NAME)).isEmpty();
        assertThat(memory.messages(CharterDrafted.class))
                .singleElement()
                .satisfies(draft -> {
                    assertThat(draft.getNeeds())
                            .containsExactly(CharterPart.OWNER, CharterPart.SECOND);
                    assertThat(draft.getWorker()).isNull();
                    assertThat(draft.getBecause())
                            .containsExactly(
                                    "nobody knows who drafted it",
                                    "it is the first version of this charter");
                });
    }

    /** It was found in the folder before the installation's configuration named the charter. */
    @Test
    void theConfigurationPublishesNothingOverADraft() {
        PublishCharters strict = memory.publish(feeds, charters);
        strict.publish(turn, List.of(version("a.yaml", "1"))).await().indefinitely();
        assertThat(publish.publish(turn, List.of(version("a.yaml", "1"))).await().indefinitely())
                .isTrue();
        assertThat(publish.publish(turn, List.of(version("b.yaml", "2"))).await().indefinitely())
                .isFalse();
        assertThat(memory.messages(CharterPublished.class)).isEmpty();
        memory.belongs("keycloak:acme", "boss", "W-boss");
        ReviewCharters review = memory.review(publish);
        review.withdraw(
                        review.list().await().indefinitely().getFirst().id(),
                        new ReviewCharters.Asking(
                                Proposer.person("boss"),
                                false,
                                true,
                                new SignIn(
                                        "https://issuer",
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        List.of())),
                        "no")
                .await()
                .indefinitely();
        take(version("a.yaml", "1"));
        assertThat(memory.messages(CharterPublished.class)).isEmpty();
        take(version("b.yaml", "2"));
        assertThat(memory.messages(CharterPublished.class)).hasSize(1);
    }

    @Test
    void aFurtherVersionIsADraftAndWaitsForTheOneThatIsOpen() {
        take(version("a.yaml", "1"));
        assertThat(publish.publish(turn, List.of(version("a.yaml", "2"))).await().indefinitely())
                .isTrue();
        assertThat(publish.publish(turn, List.of(version("a.yaml", "3"))).await().indefinitely())
                .isFalse();
        publish.refresh().await().indefinitely();
        assertThat(charters.find(NAME)).map(Charter::version).contains("1");
        assertThat(memory.messages(CharterDrafted.class))
                .extracting(each -> each.getCharter().getVersion())
                .containsExactly("1", "2");
    }

    @Test
    void aBrokenOneIsSetAsideAndTheRestStaysInForce() {
        take(version("a.yaml", "1"));
        take(new CharterText.Broken("a.yaml", "x", "/kind: is not Charter"));
        take(new CharterText.Broken("a.yaml", "y", "/kind: is not Charter"));
        assertThat(memory.asides())
                .extracting(Memory.Aside::code)
                .containsExactly("CHARTER_INVALID", "CHARTER_INVALID");
        assertThat(charters.find(NAME)).isPresent();
    }

    @Test
    void aVersionIsNeverUsedForOtherContent() {
        take(version("a.yaml", "1"));
        take(version("a.yaml", "1", "P400D", "P500D"));
        take(version("b.yaml", "2"), version("c.yaml", "2", "P400D", "P500D"));
        assertThat(memory.asides())
                .extracting(Memory.Aside::code)
                .containsExactly("CHARTER_VERSION_REUSED", "CHARTER_VERSION_REUSED");
        assertThat(memory.messages(CharterPublished.class)).hasSize(1);
    }

    @Test
    void theHistoryTellsEveryVersionAndWhoApprovedIt() {
        take(version("a.yaml", "1"));
        assertThat(publish.history(NAME).await().indefinitely())
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.version().at()).contains(memory.now);
                    assertThat(each.draft().orElseThrow().approvals())
                            .extracting(Draft.Approval::part)
                            .containsExactly(Draft.Part.BOOTSTRAP);
                });
        assertThatThrownBy(() -> publish.history("none").await().indefinitely())
                .hasMessageContaining("GET /charters lists them");
    }

    @Test
    void everyReplicaPutsIntoForceWhatOnePublished() {
        Charters elsewhere = new Charters();
        take(version("a.yaml", "1"));
        memory.publish(memory.feeds(), elsewhere).refresh().await().indefinitely();
        assertThat(elsewhere.find(NAME)).isPresent();
    }

    @Test
    void aReplicaThatLostItsTurnPublishesNothing() {
        memory.now = memory.now.plusSeconds(9);
        memory.turn(memory.feeds(), "charters");
        assertThatThrownBy(() -> take(version("a.yaml", "1"))).isInstanceOf(Feeds.TurnLost.class);
        assertThat(memory.messages(CharterPublished.class)).isEmpty();
    }

    private void take(CharterText... files) {
        publish.publish(turn, List.of(files)).chain(() -> publish.refresh()).await().indefinitely();
    }
}
