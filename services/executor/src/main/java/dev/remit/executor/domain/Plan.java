package dev.remit.executor.domain;

import java.util.List;
import java.util.UUID;

/** What is to be done, as approved, and the account as it was when the plan was made. */
public record Plan(UUID change, String account, String target, List<Step> steps) {
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
