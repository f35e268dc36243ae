package dev.remit.approval.adapter.mail;

import dev.remit.approval.application.Messenger;
import dev.remit.approval.application.Notices.Channel;
import dev.remit.approval.application.Notices.Due;
import dev.remit.approval.application.Notices.Kind;
import dev.remit.approval.application.Notices.Notice;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.mail.MailMessage;
import io.vertx.mutiny.ext.mail.MailClient;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Tells people by mail, where {@code remit.notices.mail.from} is set; the server is that of {@code
 * quarkus.mailer}. A mail holds ids and times, and nothing that decides: no link in it approves.
 * Marked as written by a machine (RFC 3834), so that nobody's absence answers it.
 */
@Singleton
public class MailMessenger implements Messenger {
    private static final Logger LOG = Logger.getLogger(MailMessenger.class);

    private final MailClient client;
    private final Optional<String> from;
    private final Optional<Addresses> addresses;

    MailMessenger(
            MailClient client,
            @ConfigProperty(name = "remit.notices.mail.from") Optional<String> from,
            @ConfigProperty(name = "remit.notices.mail.addresses") Optional<Path> addresses) {
        if (from.isPresent() && addresses.isEmpty()) {
            throw new IllegalStateException(
                    "remit.notices.mail.addresses: is missing, and nobody's address is guessed");
        }
        from.ifPresent(each -> Addresses.check("remit.notices.mail.from", each));
        this.client = client;
        this.from = from;
        this.addresses = addresses.map(Addresses::new);
    }

    @Override
    public boolean isThere() {
        return from.isPresent();
    }

    @Override
    public Channel channel() {
        return Channel.MAIL;
    }

    @Override
    public Uni<List<Long>> send(List<Due> notices) {
        return Multi.createFrom()
                .iterable(notices)
                .onItem()
                .transformToUniAndConcatenate(this::send)
                .select()
                .where(Optional::isPresent)
                .map(Optional::get)
                .collect()
                .asList();
    }

    /** Its position, once a server has taken it; who has no address is tried again later. */
    private Uni<Optional<Long>> send(Due due) {
        Optional<String> to = addresses.flatMap(all -> all.of(due.notice().person()));
        if (to.isEmpty()) {
            LOG.warnf("no address is known for %s", due.notice().person());
            return Uni.createFrom().item(Optional.empty());
        }
        return client.sendMail(message(due, to.get()))
                .map(_ -> Optional.of(due.position()))
                .onFailure()
                // without the failure's words: servers repeat addresses in them
                .invoke(failure ->
                        LOG.warnf("a mail was not sent: %s", failure.getClass().getSimpleName()))
                .onFailure()
                .recoverWithItem(Optional.empty());
    }

    private MailMessage message(Due due, String to) {
        Notice notice = due.notice();
        Words words = words(notice);
        MailMessage message =
                new MailMessage(from.orElseThrow(), to, words.subject(), words.text());
        // the same for each attempt, so that a repetition is known as one
        message.addHeader(
                "Message-ID", "<notice-" + due.position() + "." + notice.change() + "@remit>");
        message.addHeader("Auto-Submitted", "auto-generated");
        return message;
    }

    private record Words(String subject, String text) {}

    private static Words words(Notice notice) {
        return switch (notice.kind()) {
            case ASKED, REMINDED ->
                    new Words(
                            (notice.kind() == Kind.REMINDED ? "Reminder: approval" : "Approval")
                                    + " of change "
                                    + notice.change()
                                    + " waits for you",
                            """
                            Change %s waits for your decision at stage %s until %s.

                            Sign in to see its plan and to decide. This mail only tells you: it cannot decide, and answering it does nothing.
                            """
                                    .formatted(
                                            notice.change(),
                                            plain(notice.stage()),
                                            notice.expiresAt()));
            case QUESTIONED, SENT_BACK -> {
                String what =
                        notice.kind() == Kind.QUESTIONED
                                ? "An approver asks you about change "
                                : "An approver sent you back change ";
                yield new Words(
                        what + notice.change(),
                        """
                        %s%s, at stage %s, which lapses at %s.

                        Sign in to read it: ./remit answer, ./remit amend and ./remit withdraw, or the page. This mail only tells you: answering it does nothing.
                        """
                                .formatted(
                                        what,
                                        notice.change(),
                                        plain(notice.stage()),
                                        notice.expiresAt()));
            }
            case ENDED ->
                    new Words(
                            "Change " + notice.change() + " was not approved",
                            """
                            Change %s ended at %s without having been approved.

                            Sign in to see who decided, and why. This mail only tells you.
                            """
                                    .formatted(notice.change(), notice.at()));
            case VIOLATION_FOUND ->
                    new Words(
                            "Somebody holds what a rule forbids: " + notice.change(),
                            """
                            The run over existing access found at %s that a rule of a charter is broken: violation %s, and those found of the same rule with it.

                            Sign in to see who holds what, which rule, and what would resolve it: ./remit sod list. This mail only tells you.
                            """
                                    .formatted(notice.at(), notice.change()));
            case HELD ->
                    notice.stage().isEmpty()
                            ? new Words(
                                    "Change " + notice.change() + " is held",
                                    """
                                    Change %s is held before anybody decides it, or before it is authorized. It ends at %s unless what holds it is resolved.

                                    Sign in to see why, and what would resolve it. This mail only tells you.
                                    """
                                            .formatted(notice.change(), notice.expiresAt()))
                            : new Words(
                                    "Nobody may decide change " + notice.change(),
                                    """
                                    Stage %s of change %s finds too few who may decide it, and its charter names nobody else. It lapses at %s.

                                    Sign in to see whom it asks and what bars them. This mail only tells you.
                                    """
                                            .formatted(
                                                    plain(notice.stage()),
                                                    notice.change(),
                                                    notice.expiresAt()));
            case CHARTER_DRAFTED ->
                    new Words(
                            "Draft " + notice.change() + " of a charter waits for approval",
                            """
                            A version of a charter is drafted (%s) and may be approved until %s.

                            Sign in and read it before you decide: ./remit charter drafts, ./remit charter approve. This mail only tells you: it cannot decide, and answering it does nothing.
                            """
                                    .formatted(notice.change(), notice.expiresAt()));
            case PASSKEY_REGISTERED, PASSKEY_REVOKED -> {
                String what =
                        notice.kind() == Kind.PASSKEY_REGISTERED
                                ? "was registered in your name"
                                : "of yours was revoked";
                yield new Words(
                        "A passkey " + what,
                        """
                        A passkey %s at %s (%s). It signs decisions in Remit.

                        If that was not you: sign in, look at your passkeys, revoke it, and tell your security team. This mail only tells you.
                        """
                                .formatted(what, notice.at(), notice.change()));
            }
        };
    }

    private static String plain(String text) {
        return text.replaceAll("[^A-Za-z0-9 ._:/-]", "?");
    }
}
