package dev.remit.executor.domain;

import java.util.List;

/** What is to be done, as approved. */
public record Plan(String account, String target, List<Step> steps) {
    /** One step. */
    public sealed interface Step {
        String name();

        /** The account may no longer sign in. */
        record DisableAccount() implements Step {
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

        /** The account leaves exactly these groups. */
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
