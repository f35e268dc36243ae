package dev.remit.readiness.adapter.postgres;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.handoff.postgres.Statement;
import dev.remit.readiness.application.Corrections;
import dev.remit.readiness.domain.Correction;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** What people were asked, one row each. */
@Singleton
class PostgresCorrections implements Corrections {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public Uni<Optional<Correction>> find(UUID correction) {
        return Panache.withSession(() -> CorrectionRow.<CorrectionRow>findById(correction))
                .map(row -> Optional.ofNullable(row).map(PostgresCorrections::read));
    }

    @Override
    public Uni<List<Correction>> open() {
        return Panache.withSession(() ->
                        CorrectionRow.<CorrectionRow>list(
                                "answered = false and changeId in"
                                        + " (select r.changeId from ReadinessRow r where r.state = 'HELD')"
                                        + " order by requestedAt"))
                .map(rows -> rows.stream().map(PostgresCorrections::read).toList());
    }

    /** One statement: entities would be inserted one by one. */
    @Override
    public Uni<Void> ask(Collection<Correction> corrections) {
        ArrayNode rows = JSON.createArrayNode();
        corrections.forEach(each -> rows.add(row(each)));
        return new Statement(
                        """
                        insert into correction (id, change_id, subject_system, subject_id, fact, question,
                          ask, requested_at, due_at, answered)
                        select id, change_id, subject_system, subject_id, fact, question, ask, requested_at, due_at, false
                        from json_to_recordset(cast(cast(?1 as text) as json)) as asked (id uuid, change_id uuid,
                          subject_system text, subject_id text, fact text, question text, ask text,
                          requested_at timestamptz, due_at timestamptz)
                        """,
                        rows.toString())
                .execute();
    }

    @Override
    public Uni<Void> answer(Collection<UUID> corrections) {
        return new Statement(
                        "update correction set answered = true where id = any(cast(?1 as uuid[]))",
                        Statement.ids(corrections))
                .execute();
    }

    private static Correction read(CorrectionRow row) {
        return new Correction(
                row.id,
                row.changeId,
                row.subjectSystem,
                row.subjectId,
                row.fact,
                row.question,
                Set.of(row.ask.split(",", -1)),
                row.requestedAt,
                row.dueAt);
    }

    private static ObjectNode row(Correction correction) {
        return JSON.createObjectNode()
                .put("id", correction.id().toString())
                .put("change_id", correction.change().toString())
                .put("subject_system", correction.subjectSystem())
                .put("subject_id", correction.subjectId())
                .put("fact", correction.fact())
                .put("question", correction.question())
                .put("ask", String.join(",", new TreeSet<>(correction.ask())))
                .put("requested_at", correction.requestedAt().toString())
                .put("due_at", correction.dueAt().toString());
    }
}
