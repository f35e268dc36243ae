package dev.remit.connector.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.ids;
import static dev.remit.handoff.postgres.Statement.instant;
import static dev.remit.handoff.postgres.Statement.time;

import dev.remit.connector.application.CharterDrafts;
import dev.remit.connector.domain.Draft;
import dev.remit.connector.domain.Draft.Approval;
import dev.remit.connector.domain.Draft.End;
import dev.remit.connector.domain.Draft.Outcome;
import dev.remit.connector.domain.Draft.Part;
import dev.remit.connector.domain.Draft.Person;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Drafts and their approvals as rows; lists as lines of a text. */
@Singleton
class PostgresCharterDrafts implements CharterDrafts {
    private static final String DRAFTS =
            "select id, name, version, hash, document, previous, owner, drafted_by, worker, needs, because, reason,"
                    + " drafted_at, expires_at, outcome, ended_by, end_reason, ended_at from charter_draft ";

    @Override
    public Uni<Void> add(Draft draft) {
        return new Statement(
                        "insert into charter_draft (id, name, version, hash, document, previous, owner, drafted_by, worker,"
                                + " needs, because, reason, drafted_at, expires_at)"
                                + " values (?1, ?2, ?3, ?4, ?5, nullif(?6, ''), ?7, nullif(?8, ''), nullif(?9, ''), ?10, ?11, ?12,"
                                + " cast(?13 as timestamptz), cast(?14 as timestamptz))",
                        draft.id(),
                        draft.name(),
                        draft.version(),
                        draft.hash(),
                        draft.document(),
                        draft.previous().orElse(""),
                        draft.owner(),
                        draft.drafter().map(Person::id).orElse(""),
                        draft.drafter().map(Person::worker).orElse(""),
                        draft.needs().stream().map(Part::name).collect(Collectors.joining("\n")),
                        String.join("\n", draft.because()),
                        draft.reason(),
                        time(draft.at()),
                        time(draft.until()))
                .execute()
                .chain(() ->
                        Multi.createFrom()
                                .iterable(draft.approvals())
                                .onItem()
                                .transformToUniAndConcatenate(each -> approved(draft.id(), each))
                                .collect()
                                .last())
                .chain(() ->
                        draft.end()
                                .map(end -> ended(draft.id(), end))
                                .orElse(Uni.createFrom().voidItem()));
    }

    @Override
    public Uni<Optional<Draft>> find(UUID id) {
        return drafts(new Statement(DRAFTS + "where id = ?1", id))
                .map(found -> found.stream().findFirst());
    }

    @Override
    public Uni<List<Draft>> of(String charter) {
        return drafts(
                new Statement(DRAFTS + "where name = ?1 order by drafted_at desc, id", charter));
    }

    @Override
    public Uni<List<Draft>> list(int most) {
        return drafts(
                new Statement(
                        DRAFTS
                                + "order by outcome is not null, drafted_at desc, id limit cast(?1 as bigint)",
                        (long) most));
    }

    @Override
    public Uni<List<Draft>> overdue(Instant now) {
        return drafts(
                new Statement(
                        DRAFTS
                                + "where outcome is null and expires_at <= cast(?1 as timestamptz) order by id",
                        time(now)));
    }

    @Override
    public Uni<Void> approved(UUID draft, Approval approval) {
        return new Statement(
                        "insert into charter_approval (id, draft_id, part, approved_by, worker, approved_at)"
                                + " values (?1, ?2, ?3, nullif(?4, ''), nullif(?5, ''), cast(?6 as timestamptz))",
                        approval.id(),
                        draft,
                        approval.part().name(),
                        approval.by().map(Person::id).orElse(""),
                        approval.by().map(Person::worker).orElse(""),
                        time(approval.at()))
                .execute();
    }

    @Override
    public Uni<Void> ended(UUID draft, End end) {
        return new Statement(
                        "update charter_draft set outcome = ?2, ended_by = nullif(?3, ''), end_reason = ?4,"
                                + " ended_at = cast(?5 as timestamptz) where id = ?1 and outcome is null",
                        draft,
                        end.outcome().name(),
                        end.by().orElse(""),
                        end.reason(),
                        time(end.at()))
                .execute();
    }

    private static Uni<List<Draft>> drafts(Statement found) {
        return found.rows()
                .chain(rows ->
                        rows.isEmpty()
                                ? Uni.createFrom().item(List.of())
                                : approvals(rows).map(all -> drafts(rows, all)));
    }

    private static Uni<Map<UUID, List<Approval>>> approvals(List<Object[]> drafts) {
        return new Statement(
                        "select draft_id, id, part, approved_by, worker, approved_at from charter_approval"
                                + " where draft_id = any(cast(?1 as uuid[])) order by approved_at, id",
                        ids(drafts, row -> (UUID) row[0]))
                .rows()
                .map(rows -> {
                    Map<UUID, List<Approval>> all = new HashMap<>();
                    for (Object[] row : rows) {
                        all.computeIfAbsent((UUID) row[0], _ -> new ArrayList<>())
                                .add(
                                        new Approval(
                                                (UUID) row[1],
                                                Part.valueOf((String) row[2]),
                                                person(row[3], row[4]),
                                                instant(row[5])));
                    }
                    return all;
                });
    }

    private static List<Draft> drafts(List<Object[]> rows, Map<UUID, List<Approval>> approvals) {
        return rows.stream()
                .map(row ->
                        new Draft(
                                (UUID) row[0],
                                (String) row[1],
                                (String) row[2],
                                (String) row[3],
                                (String) row[4],
                                Optional.ofNullable((String) row[5]),
                                (String) row[6],
                                person(row[7], row[8]),
                                lines(row[9]).stream().map(Part::valueOf).toList(),
                                lines(row[10]),
                                (String) row[11],
                                instant(row[12]),
                                instant(row[13]),
                                approvals.getOrDefault((UUID) row[0], List.of()),
                                Optional.ofNullable((String) row[14])
                                        .map(outcome ->
                                                new End(
                                                        Outcome.valueOf(outcome),
                                                        Optional.ofNullable((String) row[15]),
                                                        (String) row[16],
                                                        instant(row[17])))))
                .toList();
    }

    private static Optional<Person> person(@Nullable Object id, @Nullable Object worker) {
        return id == null || worker == null
                ? Optional.empty()
                : Optional.of(new Person((String) id, (String) worker));
    }

    private static List<String> lines(Object text) {
        return ((String) text).lines().toList();
    }
}
