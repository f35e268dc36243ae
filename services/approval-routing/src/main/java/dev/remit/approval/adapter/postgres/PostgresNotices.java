package dev.remit.approval.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.instant;
import static dev.remit.handoff.postgres.Statement.texts;
import static dev.remit.handoff.postgres.Statement.time;

import dev.remit.approval.application.Notices;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Notices in a queue. Where there is no way to tell anybody, none are kept. */
@Singleton
public class PostgresNotices implements Notices {
    private final List<Channel> channels;

    PostgresNotices(
            @ConfigProperty(name = "remit.notices.webhook") Optional<String> webhook,
            @ConfigProperty(name = "remit.notices.mail.from") Optional<String> from) {
        List<Channel> wanted = new ArrayList<>();
        webhook.ifPresent(_ -> wanted.add(Channel.WEBHOOK));
        from.ifPresent(_ -> wanted.add(Channel.MAIL));
        this.channels = List.copyOf(wanted);
    }

    @Override
    public Uni<Void> add(Collection<Notice> notices) {
        if (channels.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return new Statement(
                        "insert into notice (change_id, stage, person, kind, expires_at, added_at, channel, due_at)"
                                + " select *, added_at from (select cast(change_id as uuid), stage, person, kind,"
                                + " cast(expires_at as timestamptz), cast(added_at as timestamptz) as added_at, channel"
                                + " from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[]),"
                                + " cast(?4 as text[]), cast(?5 as text[]), cast(?6 as text[]))"
                                + " as row (change_id, stage, person, kind, expires_at, added_at)"
                                + " cross join unnest(cast(?7 as text[])) as channel) as rows",
                        texts(notices, each -> each.change().toString()),
                        texts(notices, Notice::stage),
                        texts(notices, Notice::person),
                        texts(notices, each -> each.kind().name()),
                        texts(notices, each -> each.expiresAt().toString()),
                        texts(notices, each -> each.at().toString()),
                        texts(channels, Enum::name))
                .execute();
    }

    @Override
    public Uni<List<Due>> claim(Channel channel, Instant now) {
        return new Statement(
                        "with given_up as (delete from notice where attempts >= 10 and due_at <= ?1),"
                                + " next as (select position as at from notice where due_at <= ?1 and attempts < 10 and channel = ?2"
                                + " order by due_at limit 100 for update skip locked)"
                                + " update notice set attempts = attempts + 1,"
                                + " due_at = cast(?1 as timestamptz) + interval '1 minute' * power(2, attempts)"
                                + " from next where position = next.at"
                                + " returning position, change_id, stage, person, kind, expires_at, added_at",
                        time(now),
                        channel.name())
                .rows(row ->
                        new Due(
                                ((Number) row[0]).longValue(),
                                new Notice(
                                        (UUID) row[1],
                                        (String) row[2],
                                        (String) row[3],
                                        Kind.valueOf((String) row[4]),
                                        instant(row[5]),
                                        instant(row[6]))));
    }

    @Override
    public Uni<Void> sent(Collection<Long> positions) {
        return positions.isEmpty()
                ? Uni.createFrom().voidItem()
                : new Statement(
                                "delete from notice where position = any(cast(?1 as bigint[]))",
                                (Object) positions.toArray(Long[]::new))
                        .execute();
    }
}
