package dev.remit.executor.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What is to be done, as approved, and the account as it was when the plan was made.
 *
 * @param steps what is done at once
 * @param end what is taken away again, for a plan that grants something for a time
 * @param notBefore when it starts; empty if as soon as it is authorized
 */
public record Plan(
        UUID change,
        String account,
        String target,
        List<Step> steps,
        Optional<End> end,
        Optional<Instant> notBefore) {
    /** One that starts as soon as it is authorized. */
    public Plan(UUID change, String account, String target, List<Step> steps, Optional<End> end) {
        this(change, account, target, steps, end, Optional.empty());
    }

    /** One that is over once it is executed. */
    public Plan(UUID change, String account, String target, List<Step> steps) {
        this(change, account, target, steps, Optional.empty());
    }

    /**
     * The end of a grant.
     *
     * @param after so long after the authorization
     */
    public record End(Step.LeaveGroup step, Duration after) {}

    /** One step. */
    public sealed interface Step {
        String name();

        /**
         * The account may no longer sign in.
         *
         * @param enabledBefore whether it could when the plan was made
         */
        record DisableAccount(boolean enabledBefore) implements Step {
            @Override
            public String name() {
                return "disable-account";
            }
        }

        /** Every session of the account ends. */
        record EndSessions() implements Step {
            @Override
            public String name() {
                return "end-sessions";
            }
        }

        /** The account becomes a direct member of a group. */
        record JoinGroup(Group group) implements Step {
            @Override
            public String name() {
                return "join-group";
            }
        }

        /** The account leaves the group that it was let into for a time. */
        record LeaveGroup(Group group) implements Step {
            @Override
            public String name() {
                return "leave-group-at-expiry";
            }
        }

        /**
         * The account leaves exactly these groups, which were all it was in when the plan was made.
         */
        record LeaveGroups(List<Group> groups) implements Step {
            @Override
            public String name() {
                return "leave-groups";
            }
        }
    }

    /** A group: immutable id and path. */
    public record Group(String id, String path) {}
}
