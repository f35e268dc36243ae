package dev.remit.approval.adapter.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.approval.application.Notices.Due;
import dev.remit.approval.application.Notices.Kind;
import dev.remit.approval.application.Notices.Notice;
import dev.remit.handoff.mail.SmtpServer;
import io.vertx.ext.mail.MailConfig;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.ext.mail.MailClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MailMessengerTest {
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");
    private static final UUID CHANGE = UUID.fromString("00000000-0000-4000-8000-000000000001");

    @TempDir Path folder;
    private final Vertx vertx = Vertx.vertx();
    private SmtpServer server;
    private Path addresses;

    @BeforeEach
    void start() throws IOException {
        server = new SmtpServer();
        addresses = folder.resolve("addresses.properties");
        Files.writeString(addresses, "ann=ann@example.com\nbad=ann@example.com, eve@example.com\n");
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        vertx.closeAndAwait();
    }

    @Test
    void aMailTellsWhatWaitsAndHoldsNothingThatDecides() {
        assertThat(send(messenger(), due(7, "ann", "four eyes\r\nBcc: eve@example.com")))
                .containsExactly(7L);
        SmtpServer.Mail mail = server.taken.getFirst();
        assertThat(mail.from()).contains("remit@example.com");
        assertThat(mail.to()).contains("ann@example.com");
        assertThat(mail.text())
                .contains(
                        "Subject: Approval of change " + CHANGE,
                        "Message-ID: <notice-7." + CHANGE + "@remit>",
                        "Auto-Submitted: auto-generated",
                        "2026-01-31T12:00:00Z")
                .doesNotContain("http", "ann@example.com, ");
        assertThat(mail.lines()).noneMatch(line -> line.startsWith("Bcc"));
    }

    @Test
    void aPasskeyInSomebodysNameIsTold() {
        Due registered =
                new Due(8, new Notice(CHANGE, "", "ann", Kind.PASSKEY_REGISTERED, NOON, NOON));
        Due revoked = new Due(9, new Notice(CHANGE, "", "ann", Kind.PASSKEY_REVOKED, NOON, NOON));
        assertThat(send(messenger(), registered, revoked)).containsExactly(8L, 9L);
        assertThat(server.taken.getFirst().text())
                .contains(
                        "Subject: A passkey was registered in your name",
                        "2026-01-31T12:00:00Z",
                        "If that was not you")
                .doesNotContain("http");
        assertThat(server.taken.getLast().text())
                .contains("Subject: A passkey of yours was revoked");
    }

    @Test
    void whatIsHeldAsAWholeAndWhatIsFoundIsToldInWordsOfItsOwn() {
        Due held = new Due(8, new Notice(CHANGE, "", "ann", Kind.HELD, NOON, NOON));
        Due found = new Due(9, new Notice(CHANGE, "", "ann", Kind.VIOLATION_FOUND, NOON, NOON));
        assertThat(send(messenger(), held, found)).containsExactly(8L, 9L);
        assertThat(server.taken.getFirst().text())
                .contains("Subject: Change " + CHANGE + " is held")
                .doesNotContain("Stage", "http");
        assertThat(server.taken.getLast().text())
                .contains("Subject: Somebody holds what a rule forbids")
                .doesNotContain("http");
    }

    @Test
    void whoHasNoPlainAddressIsNotWrittenTo() {
        assertThat(send(messenger(), due(1, "bad", "s"), due(2, "nobody", "s"))).isEmpty();
        assertThat(server.taken).isEmpty();
    }

    @Test
    void whatTheServerDoesNotTakeIsTriedAgainAndStopsNothing() {
        server.refuses = true;
        assertThat(send(messenger(), due(1, "ann", "s"))).isEmpty();
        server.refuses = false;
        assertThat(send(messenger(), due(1, "ann", "s"), due(2, "ann", "s")))
                .containsExactly(1L, 2L);
        assertThat(server.taken).hasSize(2);
    }

    @Test
    void withoutAServerNothingIsSentAndNothingFails() throws IOException {
        server.close();
        assertThat(send(messenger(), due(1, "ann", "s"))).isEmpty();
    }

    @Test
    void anAddressThatChangesIsReadAgain() throws IOException {
        MailMessenger messenger = messenger();
        send(messenger, due(1, "ann", "s"));
        Files.writeString(addresses, "ann=ann.new@example.com\n");
        Files.setLastModifiedTime(addresses, FileTime.from(NOON));
        send(messenger, due(2, "ann", "s"));
        assertThat(server.taken.getLast().to()).contains("ann.new@example.com");
    }

    @Test
    void itIsOffUnlessConfiguredAndRefusesHalfAConfiguration() {
        MailClient client = client();
        assertThat(new MailMessenger(client, Optional.empty(), Optional.empty()).isThere())
                .isFalse();
        assertThatThrownBy(() ->
                        new MailMessenger(
                                client, Optional.of("remit@example.com"), Optional.empty()))
                .hasMessageContaining("remit.notices.mail.addresses");
        assertThatThrownBy(() ->
                        new MailMessenger(
                                client,
                                Optional.of("a@example.com\nBcc: b@example.com"),
                                Optional.of(addresses)))
                .hasMessageContaining("remit.notices.mail.from");
    }

    private MailMessenger messenger() {
        return new MailMessenger(
                client(), Optional.of("remit@example.com"), Optional.of(addresses));
    }

    private MailClient client() {
        return MailClient.create(
                vertx, new MailConfig().setHostname("127.0.0.1").setPort(server.port()));
    }

    private static List<Long> send(MailMessenger messenger, Due... notices) {
        return messenger.send(List.of(notices)).await().atMost(Duration.ofSeconds(20));
    }

    private static Due due(long position, String person, String stage) {
        return new Due(position, new Notice(CHANGE, stage, person, Kind.ASKED, NOON, NOON));
    }
}
