package dev.remit.connector.application;

import static dev.remit.connector.application.CharterTexts.NAME;
import static dev.remit.connector.application.CharterTexts.OWNER;
import static dev.remit.connector.application.CharterTexts.harder;
import static dev.remit.connector.application.CharterTexts.named;
import static dev.remit.connector.application.CharterTexts.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.remit.connector.application.ReviewCharters.Asking;
import dev.remit.connector.domain.Agent;
import dev.remit.connector.domain.Draft;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.SignIn;
import dev.remit.handoff.http.Problem;
import dev.remit.wire.v1.CharterDecided;
import dev.remit.wire.v1.CharterDecision;
import dev.remit.wire.v1.CharterPublished;
import dev.remit.wire.v1.ProposalRefused;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReviewChartersTest {
    private static final String PEOPLE = "keycloak:acme";
    private static final SignIn SIGN_IN =
            new SignIn(
                    "https://issuer",
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of());
    private static final Asking BY_OWNER = asking(OWNER, false, false);
    private static final Asking BY_CAREFUL = asking("careful", true, false);
    private static final Asking BY_BOSS = asking("boss", false, true);
    private static final Asking BY_DRAFTER = asking("drafter", true, true);

    private final Memory memory = new Memory();
    private final Charters charters = new Charters();
    private final Feeds feeds = memory.feeds();
    private final PublishCharters publish = memory.publish(feeds, charters, NAME);
    private final ReviewCharters review = memory.review(publish);

    @BeforeEach
    void theFirstVersionIsInForceAndPeopleAreKnown() {
        publish.publish(memory.turn(feeds, "charters"), List.of(version("a.yaml", "1")))
                .await()
                .indefinitely();
        memory.belongs(PEOPLE, OWNER, "W-owner");
        memory.belongs(PEOPLE, "careful", "W-careful");
        memory.belongs(PEOPLE, "boss", "W-boss");
        memory.belongs(PEOPLE, "drafter", "W-drafter");
    }

    @Test
    void whatOnlyMakesChangesHarderNeedsItsOwnerAlone() {
        Draft draft = drafted(harder("2"));
        assertThat(draft.needs()).containsExactly(Draft.Part.OWNER);
        Draft approved = approve(draft, BY_OWNER);
        assertThat(approved.end()).map(Draft.End::outcome).contains(Draft.Outcome.PUBLISHED);
        assertThat(memory.messages(CharterPublished.class).getLast().getApprovals())
                .containsExactly(approved.approvals().getFirst().id());
        assertThat(publish.history(NAME).await().indefinitely()).hasSize(2);
    }

    @Test
    void whatIsNotCertainlyHarderNeedsASecondPersonToo() {
        Draft draft = drafted(version("b.yaml", "2", "quorum: 1", "quorum: 1 "));
        assertThat(draft.needs()).containsExactly(Draft.Part.OWNER, Draft.Part.SECOND);
        draft = approve(draft, BY_OWNER);
        assertThat(draft.end()).isEmpty();
        assertThat(refusal(draft, BY_OWNER)).isEqualTo("ALREADY_APPROVED");
        memory.belongs(PEOPLE, "owners-other-account", "W-owner");
        assertThat(refusal(draft, asking("owners-other-account", true, true)))
                .isEqualTo("ALREADY_APPROVED");
        assertThat(approve(draft, BY_CAREFUL).end()).isPresent();
    }

    @Test
    void whoDraftedItApprovesNothingByNoAccountOfTheirs() {
        Draft draft = drafted(version("b.yaml", "2", "PT48H", "PT96H"));
        memory.belongs(PEOPLE, "drafters-other-account", "W-drafter");
        assertThat(refusal(draft, BY_DRAFTER)).isEqualTo("DRAFTER_APPROVES_NOTHING");
        assertThat(refusal(draft, asking("drafters-other-account", true, true)))
                .isEqualTo("DRAFTER_APPROVES_NOTHING");
        assertThat(refusal(draft, asking("careful", false, false))).isEqualTo("NOT_ASKED");
        assertThat(refusal(draft, asking("nobody", true, true))).isEqualTo("PERSON_NOT_KNOWN");
        assertThat(memory.messages(CharterPublished.class)).hasSize(1);
    }

    @Test
    void aRefusedAttemptIsEvidenceAndChangesNothing() {
        Draft draft = drafted(version("b.yaml", "2", "PT48H", "PT96H"));
        assertThat(refusal(draft, BY_DRAFTER)).isEqualTo("DRAFTER_APPROVES_NOTHING");
        assertThat(
                        code(() ->
                                review.approve(draft.id(), BY_OWNER, "0".repeat(64), "")
                                        .await()
                                        .indefinitely()))
                .isEqualTo("CHARTER_HASH_DIFFERS");
        assertThat(
                        code(() ->
                                review.deny(draft.id(), asking("careful", false, false), "no")
                                        .await()
                                        .indefinitely()))
                .isEqualTo("NOT_ASKED");
        Proposer copilot =
                new Proposer(
                        "client:copilot",
                        Optional.of(OWNER),
                        Optional.of(
                                new Agent(
                                        Proposer.Kind.COPILOT,
                                        "copilot",
                                        Optional.empty(),
                                        Optional.empty())));
        assertThat(refusal(draft, new Asking(copilot, true, true, SIGN_IN)))
                .as("an AI decides about no charter, whoever's token it holds")
                .isEqualTo("PERSON_NEEDED");
        assertThat(memory.messages(ProposalRefused.class))
                .extracting(
                        ProposalRefused::getAction,
                        ProposalRefused::getCode,
                        each -> each.getProposer().getId(),
                        each -> each.getSubject().getId())
                .containsExactly(
                        tuple("approve", "DRAFTER_APPROVES_NOTHING", "drafter", draft.id() + ""),
                        tuple("approve", "CHARTER_HASH_DIFFERS", OWNER, draft.id() + ""),
                        tuple("deny", "NOT_ASKED", "careful", draft.id() + ""),
                        tuple("approve", "PERSON_NEEDED", "client:copilot", draft.id() + ""));
        assertThat(review.show(draft.id()).await().indefinitely()).isEqualTo(draft);
    }

    @Test
    void oneEventOpensAChangeOfOneCharter() {
        CharterText.Good another = named("another", "another.yaml", "1", "", "");
        assertThat(code(() -> drafted(another))).isEqualTo("TRIGGER_CLAIMED_TWICE");
        publish.publish(memory.turn(feeds, "charters"), List.of(another)).await().indefinitely();
        assertThat(memory.asides())
                .extracting(Memory.Aside::code)
                .containsExactly("TRIGGER_CLAIMED_TWICE");
        assertThat(review.list().await().indefinitely())
                .extracting(Draft::name)
                .doesNotContain("another");
        assertThat(drafted(harder("2")).needs()).as("its own next version").isNotEmpty();
    }

    @Test
    void whatAnotherCharterClaimsMeanwhileIsNotPublished() {
        Draft draft = drafted(named("another", "another.yaml", "1", "event: LEFT", "event: MOVED"));
        memory.published(
                named("a-third", "third.yaml", "1", "event: LEFT", "event: MOVED").document());
        Draft half = approve(draft, BY_OWNER);
        int decided = memory.messages(CharterDecided.class).size();
        assertThat(refusal(half, BY_CAREFUL)).isEqualTo("TRIGGER_CLAIMED_TWICE");
        assertThat(memory.messages(CharterDecided.class)).hasSize(decided);
        assertThat(review.show(draft.id()).await().indefinitely()).isEqualTo(half);
        assertThat(memory.messages(ProposalRefused.class))
                .extracting(ProposalRefused::getCode)
                .containsExactly("TRIGGER_CLAIMED_TWICE");
    }

    @Test
    void theSameRefusedAttemptIsRecordedOnceAnHour() {
        Draft draft = drafted(version("b.yaml", "2", "PT48H", "PT96H"));
        for (int n = 0; n < 3; n++) {
            assertThat(refusal(draft, BY_DRAFTER)).isEqualTo("DRAFTER_APPROVES_NOTHING");
        }
        assertThat(memory.messages(ProposalRefused.class)).hasSize(1);
        assertThat(refusal(draft, asking("careful", false, false))).isEqualTo("NOT_ASKED");
        assertThat(memory.messages(ProposalRefused.class)).as("somebody else").hasSize(2);
        memory.now = memory.now.plus(Duration.ofHours(1));
        assertThat(refusal(draft, BY_DRAFTER)).isEqualTo("DRAFTER_APPROVES_NOTHING");
        assertThat(memory.messages(ProposalRefused.class)).hasSize(3);
    }

    @Test
    void anOwnerWhoDraftsNeedsASecondPersonHoweverHardItIs() {
        Draft draft =
                review.draft(harder("2").document(), OWNER, "stricter").await().indefinitely();
        assertThat(draft.needs()).containsExactly(Draft.Part.SECOND);
        assertThat(refusal(draft, BY_OWNER)).isEqualTo("DRAFTER_APPROVES_NOTHING");
        assertThat(approve(draft, BY_CAREFUL).end()).isPresent();
    }

    @Test
    void nobodyTakesACharterOverByNamingThemselvesItsOwner() {
        Draft draft = drafted(version("b.yaml", "2", OWNER, "careful"));
        assertThat(draft.owner()).isEqualTo(OWNER);
        assertThat(draft.because()).anyMatch(each -> each.contains("/metadata/owner"));
        draft = approve(draft, BY_CAREFUL);
        assertThat(draft.missing()).containsExactly(Draft.Part.OWNER);
    }

    @Test
    void anAdministratorStandsInForAnOwnerWhomNobodyKnowsAndNotAlone() {
        memory.gone(PEOPLE, OWNER);
        Draft draft = drafted(harder("2"));
        assertThat(refusal(draft, BY_CAREFUL)).isEqualTo("NOT_ASKED");
        draft = approve(draft, BY_BOSS);
        assertThat(draft.approvals())
                .extracting(Draft.Approval::part)
                .containsExactly(Draft.Part.IN_PLACE_OF_OWNER);
        assertThat(draft.missing()).containsExactly(Draft.Part.SECOND);
        assertThat(approve(draft, BY_CAREFUL).end()).isPresent();
    }

    @Test
    void anOwnerWhoDraftsWhatLoosensNeedsTwoOthers() {
        Draft draft =
                review.draft(version("b.yaml", "2", "PT48H", "PT96H").document(), OWNER, "slower")
                        .await()
                        .indefinitely();
        assertThat(draft.needs()).containsExactly(Draft.Part.SECOND, Draft.Part.SECOND);
        draft = approve(draft, BY_CAREFUL);
        assertThat(draft.end()).isEmpty();
        assertThat(draft.missing()).containsExactly(Draft.Part.SECOND);
        assertThat(refusal(draft, BY_CAREFUL)).isEqualTo("ALREADY_APPROVED");
        assertThat(approve(draft, BY_BOSS).end())
                .map(Draft.End::outcome)
                .contains(Draft.Outcome.PUBLISHED);
    }

    @Test
    void theOwnerApprovesWithTheAccountThatTheCharterNames() {
        memory.belongs(PEOPLE, "owners-other-account", "W-owner");
        assertThat(refusal(drafted(harder("2")), asking("owners-other-account", true, true)))
                .isEqualTo("OWNER_BY_ANOTHER_ACCOUNT");
    }

    /** As a build that knows of no drafts does, while another already does. */
    @Test
    void aDraftEndsIfAnotherVersionWasPublishedMeanwhile() {
        Draft draft = drafted(harder("2"));
        memory.published(harder("2").document());
        Draft ended = approve(draft, BY_OWNER);
        assertThat(ended.end()).map(Draft.End::outcome).contains(Draft.Outcome.WITHDRAWN);
        assertThat(memory.messages(CharterPublished.class)).hasSize(1);
    }

    @Test
    void anApprovalIsOverTheHashThatThePersonSaw() {
        Draft draft = drafted(harder("2"));
        assertThat(
                        code(() ->
                                review.approve(draft.id(), BY_OWNER, "0".repeat(64), "")
                                        .await()
                                        .indefinitely()))
                .isEqualTo("CHARTER_HASH_DIFFERS");
    }

    @Test
    void denialWithdrawalAndTimeEndADraftAndAreRecorded() {
        Draft denied = drafted(harder("2"));
        review.deny(denied.id(), BY_CAREFUL, "too hard").await().indefinitely();
        assertThat(refusal(denied, BY_OWNER)).isEqualTo("CHARTER_DRAFT_ENDED");
        Draft withdrawn = drafted(harder("2"));
        assertThat(
                        code(() ->
                                review.withdraw(withdrawn.id(), BY_OWNER, "mine now")
                                        .await()
                                        .indefinitely()))
                .isEqualTo("NOT_ASKED");
        review.withdraw(withdrawn.id(), BY_DRAFTER, "not yet").await().indefinitely();
        Draft late = drafted(harder("2"));
        memory.now = late.until();
        assertThat(refusal(late, BY_OWNER)).isEqualTo("CHARTER_DRAFT_ENDED");
        review.expire().await().indefinitely();
        review.expire().await().indefinitely();
        assertThat(memory.messages(CharterDecided.class))
                .extracting(CharterDecided::getDecision)
                .containsExactly(
                        CharterDecision.APPROVED,
                        CharterDecision.DENIED,
                        CharterDecision.WITHDRAWN,
                        CharterDecision.EXPIRED);
        assertThat(memory.messages(CharterPublished.class)).hasSize(1);
    }

    @Test
    void oneDraftOfACharterAtATimeAndNoVersionTwice() {
        assertThat(code(() -> drafted(version("a.yaml", "1")))).isEqualTo("CHARTER_PUBLISHED");
        assertThat(code(() -> drafted(version("a.yaml", "1", "P400D", "P500D"))))
                .isEqualTo("CHARTER_VERSION_REUSED");
        drafted(harder("2"));
        assertThat(code(() -> drafted(harder("3")))).isEqualTo("CHARTER_DRAFT_OPEN");
    }

    private static Asking asking(String id, boolean approver, boolean admin) {
        return new Asking(Proposer.person(id), approver, admin, SIGN_IN);
    }

    private Draft drafted(CharterText.Good text) {
        return review.draft(text.document(), "drafter", "better").await().indefinitely();
    }

    private Draft approve(Draft draft, Asking asking) {
        return review.approve(draft.id(), asking, draft.hash(), "").await().indefinitely();
    }

    private String refusal(Draft draft, Asking asking) {
        return code(() -> approve(draft, asking));
    }

    private static String code(Supplier<?> work) {
        return catchThrowableOfType(Problem.class, work::get).code();
    }
}
