package dev.remit.executor.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What is to be done, as approved, and the account as it was when the plan was made.
 *
 * @param steps what is done at once
 * @param end what is taken away again, for a plan that grants something for a time
 * @param compensations what takes a step back if a later one fails for good, by step
 * @param notBefore when it starts; empty if as soon as it is authorized
 */
public record Plan(
        UUID change,
        String account,
        String target,
        List<Step> steps,
        Optional<End> end,
        Map<Step, Step> compensations,
        Optional<Instant> notBefore) {
    /** One that starts as soon as it is authorized, and takes nothing back. */
    public Plan(UUID change, String account, String target, List<Step> steps, Optional<End> end) {
        this(change, account, target, steps, end, Map.of(), Optional.empty());
    }

    /** One that is over once it is executed, and takes nothing back. */
    public Plan(UUID change, String account, String target, List<Step> steps) {
        this(change, account, target, steps, Optional.empty());
    }

    /** Everything that the target may have to do. */
    public Stream<Step> all() {
        return Stream.of(
                        steps.stream(),
                        end.map(End::step).stream(),
                        steps.stream().map(compensations::get).filter(Objects::nonNull))
                .flatMap(each -> each);
    }

    /** The account that it makes; empty if the account is there already. */
    public Optional<Step.CreateAccount> creation() {
        return steps.stream()
                .filter(Step.CreateAccount.class::isInstance)
                .map(Step.CreateAccount.class::cast)
                .findFirst();
    }

    /**
     * Whether something remains of the step that a person would have to see to. What was granted
     * for a time is taken away by the plan's own end, at once if the plan failed.
     */
    boolean mayRemain(Step step) {
        return !step.leavesNothing()
                && !step.wasSo()
                && !(step instanceof Step.JoinGroup(Group group)
                        && end.filter(each -> each.step().group().equals(group)).isPresent());
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

        /** Whether the account was as it wants it when the plan was made. */
        default boolean wasSo() {
            return switch (this) {
                case DisableAccount disable -> !disable.enabledBefore();
                case LeaveGroups leave -> leave.groups().isEmpty();
                case SetManager set -> set.before().equals(set.after());
                case SetOwner set -> set.before().equals(set.after());
                case CreateAccount _,
                        EnableAccount _,
                        EndSessions _,
                        JoinGroup _,
                        JoinGroups _,
                        LeaveGroup _,
                        LeaveOne _,
                        RotateSecret _,
                        DeleteAccount _ ->
                        false;
            };
        }

        /** Whether it leaves nothing behind that could be taken back. */
        default boolean leavesNothing() {
            return this instanceof EndSessions;
        }

        /**
         * The account comes to be, with exactly this and without a credential. No two workers have
         * one name, so the target itself keeps it from being made twice.
         *
         * @param username lower case
         * @param worker HR worker id
         * @param enabled whether it can sign in at once
         * @param manager HR worker id of the manager; empty for none
         */
        record CreateAccount(String username, String worker, boolean enabled, String manager)
                implements Step {
            /** Before the worker id, how a plan names an account that is yet to be made. */
            public static final String YET_TO_BE = "worker:";

            @Override
            public String name() {
                return "create-account";
            }
        }

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

        /** The account may sign in again. */
        record EnableAccount() implements Step {
            @Override
            public String name() {
                return "enable-account";
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

        /** The account becomes a direct member of these groups, whatever others it is in. */
        record JoinGroups(List<Group> groups) implements Step {
            @Override
            public String name() {
                return "join-groups";
            }
        }

        /** The account leaves this group, whatever others it is in. */
        record LeaveOne(Group group) implements Step {
            @Override
            public String name() {
                return "leave-group";
            }
        }

        /**
         * The account's manager becomes another one, by the id that the target keeps.
         *
         * @param before who it was when the plan was made; empty for nobody
         */
        record SetManager(String before, String after) implements Step {
            @Override
            public String name() {
                return "set-manager";
            }
        }

        /**
         * Somebody else answers for the account from now on, by the id that the target keeps.
         *
         * @param before who did when the plan was made; empty for nobody
         */
        record SetOwner(String before, String after) implements Step {
            @Override
            public String name() {
                return "set-owner";
            }
        }

        /**
         * The account's secret is a newer one. Only a person does it: no secret passes here.
         *
         * @param after it was set later than this
         */
        record RotateSecret(Instant after) implements Step {
            @Override
            public String name() {
                return "rotate-secret";
            }
        }

        /** The account is not there any more. */
        record DeleteAccount() implements Step {
            @Override
            public String name() {
                return "delete-account";
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
