package dev.remit.wire;

import dev.remit.wire.v1.AccessViolationEnded;
import dev.remit.wire.v1.AccessViolationFound;
import dev.remit.wire.v1.ApprovalDecided;
import dev.remit.wire.v1.ApprovalReassigned;
import dev.remit.wire.v1.ApprovalRequested;
import dev.remit.wire.v1.AuthorityHalted;
import dev.remit.wire.v1.AuthorityResumed;
import dev.remit.wire.v1.BrakeApplied;
import dev.remit.wire.v1.BrakeReleased;
import dev.remit.wire.v1.ChangeClosed;
import dev.remit.wire.v1.ChangeExecuted;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.ChangeWithdrawn;
import dev.remit.wire.v1.CharterDecided;
import dev.remit.wire.v1.CharterDrafted;
import dev.remit.wire.v1.CharterPublished;
import dev.remit.wire.v1.CheckpointPublished;
import dev.remit.wire.v1.ClosureRefused;
import dev.remit.wire.v1.ContentErased;
import dev.remit.wire.v1.CorrectionProvided;
import dev.remit.wire.v1.CorrectionRequested;
import dev.remit.wire.v1.DeadLetterResolved;
import dev.remit.wire.v1.DeadLettered;
import dev.remit.wire.v1.EmployeeDemoted;
import dev.remit.wire.v1.EmployeePromoted;
import dev.remit.wire.v1.ExecutionAuthorized;
import dev.remit.wire.v1.GrantEnded;
import dev.remit.wire.v1.IdentityObserved;
import dev.remit.wire.v1.PasskeyRegistered;
import dev.remit.wire.v1.PasskeyRevoked;
import dev.remit.wire.v1.ProposalRefused;
import dev.remit.wire.v1.ReadinessJudged;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.SchemaParser;

/** Every record that travels: as this build writes it, and as released versions wrote it. */
public final class Messages {
    private static final Map<Long, Schema> WRITTEN = written();

    private Messages() {}

    /** What this build writes; registered by these very texts. */
    public static List<Schema> schemas() {
        return List.of(
                IdentityObserved.getClassSchema(),
                ChangeProposed.getClassSchema(),
                ProposalRefused.getClassSchema(),
                ChangeWithdrawn.getClassSchema(),
                ReadinessJudged.getClassSchema(),
                ApprovalRequested.getClassSchema(),
                ApprovalDecided.getClassSchema(),
                ApprovalReassigned.getClassSchema(),
                ExecutionAuthorized.getClassSchema(),
                ChangeExecuted.getClassSchema(),
                ChangeClosed.getClassSchema(),
                ClosureRefused.getClassSchema(),
                CorrectionRequested.getClassSchema(),
                CorrectionProvided.getClassSchema(),
                CharterPublished.getClassSchema(),
                CheckpointPublished.getClassSchema(),
                DeadLettered.getClassSchema(),
                DeadLetterResolved.getClassSchema(),
                ContentErased.getClassSchema(),
                AuthorityHalted.getClassSchema(),
                AuthorityResumed.getClassSchema(),
                PasskeyRegistered.getClassSchema(),
                PasskeyRevoked.getClassSchema(),
                BrakeApplied.getClassSchema(),
                BrakeReleased.getClassSchema(),
                EmployeeDemoted.getClassSchema(),
                EmployeePromoted.getClassSchema(),
                CharterDrafted.getClassSchema(),
                CharterDecided.getClassSchema(),
                GrantEnded.getClassSchema(),
                AccessViolationFound.getClassSchema(),
                AccessViolationEnded.getClassSchema());
    }

    /**
     * The schema that a message was written with: this build's, or one that was released before.
     *
     * @param fingerprint CRC-64-AVRO of its parsing canonical form (Avro 1.12, schema fingerprints)
     */
    public static Optional<Schema> written(long fingerprint) {
        return Optional.ofNullable(WRITTEN.get(fingerprint));
    }

    /** Every schema that a released version or this build writes. */
    public static Collection<Schema> released() {
        return WRITTEN.values();
    }

    /**
     * What a released version writes a record with; what this build writes, for a record that is
     * newer.
     *
     * @param version for example {@code v1}
     * @throws IllegalArgumentException if no such version was released
     */
    public static Schema asOf(String version, Schema now) {
        List<String> files = text("index").lines().toList();
        if (!version.matches("v[0-9]{1,4}")
                || files.stream().noneMatch(file -> file.startsWith(version + "/"))) {
            throw new IllegalArgumentException("no version '" + version + "' was released");
        }
        for (int n = Integer.parseInt(version.substring(1)); n > 0; n--) {
            String file = "v" + n + "/" + now.getName() + ".avsc";
            if (files.contains(file)) {
                return new SchemaParser().parse(text(file)).mainSchema();
            }
        }
        return now;
    }

    private static Map<Long, Schema> written() {
        Map<Long, Schema> written = new HashMap<>();
        for (String file : text("index").lines().toList()) {
            Schema schema = new SchemaParser().parse(text(file)).mainSchema();
            written.put(SchemaNormalization.parsingFingerprint64(schema), schema);
        }
        for (Schema schema : schemas()) {
            written.put(SchemaNormalization.parsingFingerprint64(schema), schema);
        }
        return Map.copyOf(written);
    }

    private static String text(String file) {
        try (InputStream in =
                Objects.requireNonNull(
                        Messages.class.getResourceAsStream("/released/" + file), file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
