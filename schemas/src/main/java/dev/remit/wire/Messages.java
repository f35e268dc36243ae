package dev.remit.wire;

import dev.remit.wire.v1.ApprovalDecided;
import dev.remit.wire.v1.ApprovalReassigned;
import dev.remit.wire.v1.ApprovalRequested;
import dev.remit.wire.v1.ChangeClosed;
import dev.remit.wire.v1.ChangeExecuted;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.CharterPublished;
import dev.remit.wire.v1.CheckpointPublished;
import dev.remit.wire.v1.ClosureRefused;
import dev.remit.wire.v1.CorrectionProvided;
import dev.remit.wire.v1.CorrectionRequested;
import dev.remit.wire.v1.DeadLettered;
import dev.remit.wire.v1.ExecutionAuthorized;
import dev.remit.wire.v1.IdentityObserved;
import dev.remit.wire.v1.ReadinessJudged;
import java.util.List;
import org.apache.avro.Schema;

/** Every record that travels, as this build writes it. Registered by these very texts. */
public final class Messages {
    private Messages() {}

    public static List<Schema> schemas() {
        return List.of(
                IdentityObserved.getClassSchema(),
                ChangeProposed.getClassSchema(),
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
                DeadLettered.getClassSchema());
    }
}
