package dev.remit.connector.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.connector.application.Feeds.Turn;
import dev.remit.connector.domain.Charter;
import dev.remit.wire.v1.CharterPublished;
import java.util.List;
import org.junit.jupiter.api.Test;

class PublishChartersTest {
    private final Memory memory = new Memory();
    private final Feeds feeds = memory.feeds();
    private final Charters charters = new Charters();
    private final PublishCharters publish = memory.publish(feeds, charters);
    private final Turn turn = memory.turn(feeds, "charters");

    @Test
    void aNewCharterIsPublishedOnceAndInForce() {
        assertThat(charters.known()).isFalse();
        publish(good("a.yaml", "1", "h1"));
        publish(good("a.yaml", "1", "h1"));
        assertThat(memory.messages(CharterPublished.class)).hasSize(1);
        assertThat(charters.find("leavers")).map(Charter::hash).contains("h1");
    }

    @Test
    void aBrokenOneIsSetAsideAndTheRestStaysInForce() {
        publish(good("a.yaml", "1", "h1"));
        publish(new CharterText.Broken("a.yaml", "x", "/kind: is not Charter"));
        publish(new CharterText.Broken("a.yaml", "y", "/kind: is not Charter"));
        assertThat(memory.asides())
                .extracting(Memory.Aside::code)
                .containsExactly("CHARTER_INVALID", "CHARTER_INVALID");
        assertThat(charters.find("leavers")).map(Charter::hash).contains("h1");
    }

    @Test
    void aVersionIsNeverUsedForOtherContent() {
        publish(good("a.yaml", "1", "h1"));
        publish(good("a.yaml", "1", "h2"));
        publish(good("b.yaml", "2", "h3"), good("c.yaml", "2", "h4"));
        assertThat(memory.asides())
                .extracting(Memory.Aside::code)
                .containsExactly("CHARTER_VERSION_REUSED", "CHARTER_VERSION_REUSED");
        assertThat(memory.messages(CharterPublished.class))
                .extracting(each -> each.getCharter().getHash())
                .containsExactly("h1", "h3");
    }

    @Test
    void theVersionPublishedLastIsInForce() {
        publish(good("a.yaml", "9", "h9"));
        publish(good("a.yaml", "9", "h9"), good("b.yaml", "10", "h10"));
        assertThat(charters.find("leavers")).map(Charter::version).contains("10");
    }

    @Test
    void theHistoryTellsEveryVersionTheFirstOneFirst() {
        publish(good("a.yaml", "1", "h1"));
        publish(good("a.yaml", "2", "h2"), good("b.yaml", "2", "h3"));
        PublishCharters publishing = memory.publish(memory.feeds(), charters);
        assertThat(publishing.history("leavers").await().indefinitely())
                .extracting(PublishedCharters.Version::hash)
                .containsExactly("h1", "h2");
        assertThat(publishing.history("leavers").await().indefinitely())
                .extracting(PublishedCharters.Version::at)
                .containsOnly(java.util.Optional.of(memory.now));
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> publishing.history("none").await().indefinitely())
                .hasMessageContaining("GET /charters lists them");
    }

    @Test
    void everyReplicaPutsIntoForceWhatOnePublished() {
        Charters elsewhere = new Charters();
        publish(good("a.yaml", "1", "h1"));
        memory.publish(memory.feeds(), elsewhere).refresh().await().indefinitely();
        assertThat(elsewhere.find("leavers")).isPresent();
    }

    @Test
    void aReplicaThatLostItsTurnPublishesNothing() {
        memory.now = memory.now.plusSeconds(9);
        memory.turn(memory.feeds(), "charters");
        assertThatThrownBy(() -> publish(good("a.yaml", "1", "h1")))
                .isInstanceOf(Feeds.TurnLost.class);
        assertThat(memory.messages(CharterPublished.class)).isEmpty();
    }

    private void publish(CharterText... files) {
        publish.publish(turn, List.of(files)).chain(publish::refresh).await().indefinitely();
    }

    private static CharterText good(String file, String version, String hash) {
        return new CharterText.Good(
                file,
                "text of " + hash,
                new PublishedCharters.Document(CharterFixture.leavers(version, hash), "{}"));
    }
}
