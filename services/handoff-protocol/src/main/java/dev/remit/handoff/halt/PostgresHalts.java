package dev.remit.handoff.halt;

import static dev.remit.handoff.postgres.Statement.instant;

import dev.remit.handoff.loop.Received;
import dev.remit.handoff.postgres.Statement;
import dev.remit.wire.v1.AuthorityHalted;
import dev.remit.wire.v1.AuthorityResumed;
import dev.remit.wire.v1.EmployeeDemoted;
import dev.remit.wire.v1.EmployeePromoted;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Halts in the service's own database (table {@code handoff_halt}), so that they outlive a restart
 * and hold for every replica at once. A scope has one row: its last halt.
 */
@Singleton
public class PostgresHalts implements HaltRegister {
    private static final Logger LOG = Logger.getLogger(PostgresHalts.class);

    /** Begins the scopes that stand for those that are not known here. */
    private static final String UNKNOWN = Scopes.MESH + "/";

    private static final String COLUMNS =
            "select halt_id, scope, halted_by, reason, halted_at, lifted_at from handoff_halt";

    private static final String HALT =
            "insert into handoff_halt (scope, halt_id, halted_by, reason, halted_at)"
                    + " values (:scope, :halt, :by, :reason, cast(:at as timestamptz))"
                    + " on conflict (scope) do update set halt_id = excluded.halt_id, halted_by = excluded.halted_by,"
                    + " reason = excluded.reason, halted_at = excluded.halted_at, lifted_by = null, lifted_at = null"
                    + " where handoff_halt.halted_at < excluded.halted_at";

    /** A halt that never came here is lifted beforehand: should it come, it is the older one. */
    private static final String LIFT =
            "insert into handoff_halt as known (scope, halt_id, halted_by, reason, halted_at, lifted_by, lifted_at)"
                    + " values (:scope, :halt, '', '', cast(:at as timestamptz), :by, cast(:at as timestamptz))"
                    + " on conflict (scope) do update set lifted_by = excluded.lifted_by, lifted_at = excluded.lifted_at"
                    + " where known.halt_id = excluded.halt_id and known.lifted_at is null";

    /**
     * Takes in the halts and resumptions of a batch, and demotions and promotions, in their order;
     * passes over the rest.
     */
    public Uni<Void> take(List<Received> batch) {
        List<Uni<Void>> told = new ArrayList<>();
        for (Received received : batch) {
            switch (received.message()) {
                case AuthorityHalted halted ->
                        told.add(
                                halt(
                                        new Halt(
                                                halted.getHaltId(),
                                                Scopes.of(halted.getScope())
                                                        .orElseGet(() -> everything(halted)),
                                                halted.getHaltedBy().getId(),
                                                halted.getReason(),
                                                halted.getHaltedAt())));
                case AuthorityResumed resumed ->
                        told.add(
                                lift(
                                        resumed.getHaltId(),
                                        Scopes.of(resumed.getScope())
                                                .orElseGet(() -> unknown(resumed.getHaltId())),
                                        resumed.getResumedBy().getId(),
                                        resumed.getResumedAt()));
                case EmployeeDemoted demoted ->
                        told.add(
                                halt(
                                        new Halt(
                                                demoted.getDemotionId(),
                                                Scopes.own(demoted.getCharter().getName()),
                                                received.envelope().source().id(),
                                                demoted.getChanges().size()
                                                        + " "
                                                        + demoted.getLimit()
                                                        + ", the charter allows "
                                                        + demoted.getAllowed(),
                                                demoted.getDemotedAt())));
                case EmployeePromoted promoted ->
                        told.add(
                                lift(
                                        promoted.getDemotionId(),
                                        Scopes.own(promoted.getCharter()),
                                        promoted.getPromotedBy().getId(),
                                        promoted.getPromotedAt()));
                default -> {}
            }
        }
        return told.isEmpty()
                ? Uni.createFrom().voidItem()
                : Multi.createFrom()
                        .iterable(told)
                        .onItem()
                        .transformToUniAndConcatenate(each -> each)
                        .collect()
                        .asList()
                        .replaceWithVoid();
    }

    /** Closed: a scope that this build does not know stops everything here. */
    private static String everything(AuthorityHalted halted) {
        LOG.errorf(
                "halt %s has a scope that is not known here: everything is halted",
                halted.getHaltId());
        return unknown(halted.getHaltId());
    }

    /** A row of its own: it is neither the halt of everything nor another's whose scope is new. */
    private static String unknown(UUID halt) {
        return UNKNOWN + halt;
    }

    private final HaltReading reading;

    PostgresHalts(HaltReading reading) {
        this.reading = reading;
    }

    @Override
    public Uni<InForce> inForce() {
        return reading.isCurrent().chain(this::kept);
    }

    private Uni<InForce> kept() {
        return new Statement(COLUMNS + " where lifted_at is null order by halted_at, scope")
                .rows(PostgresHalts::last)
                .map(found ->
                        found.isEmpty()
                                ? InForce.NONE
                                : new InForce(found.stream().map(Last::halt).toList()));
    }

    @Override
    public Uni<Void> halt(Halt halt) {
        return Statement.named(
                        HALT,
                        Map.of(
                                "scope",
                                halt.scope(),
                                "halt",
                                halt.id(),
                                "by",
                                halt.by(),
                                "reason",
                                halt.reason(),
                                "at",
                                halt.since()))
                .affected()
                .replaceWithVoid();
    }

    @Override
    public Uni<Void> lift(UUID halt, String scope, String by, Instant at) {
        return Statement.named(LIFT, Map.of("scope", scope, "halt", halt, "by", by, "at", at))
                .affected()
                .replaceWithVoid();
    }

    @Override
    public Uni<Optional<Last>> last(String scope) {
        return new Statement(COLUMNS + " where scope = ?1", scope)
                .rows(PostgresHalts::last)
                .map(found -> found.stream().findFirst());
    }

    @Override
    public Uni<Optional<Last>> find(UUID halt) {
        return new Statement(COLUMNS + " where halt_id = ?1", halt)
                .rows(PostgresHalts::last)
                .map(found -> found.stream().findFirst());
    }

    private static Last last(Object[] row) {
        return new Last(
                new Halt(
                        (UUID) row[0],
                        ((String) row[1]).startsWith(UNKNOWN) ? Scopes.MESH : (String) row[1],
                        (String) row[2],
                        (String) row[3],
                        instant(row[4])),
                Optional.ofNullable(row[5]).map(Statement::instant));
    }
}
