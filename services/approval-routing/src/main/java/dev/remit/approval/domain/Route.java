package dev.remit.approval.domain;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How a change stands on its way through the stages of its charter. */
public sealed interface Route {
    /** It has not come here yet. */
    record Unrouted() implements Route {}

    /** It was called ready and lacks what a route needs; it waits for a message that has it. */
    record Unplanned(Event.Lacking what, Instant since, Instant until) implements Route {}

    /**
     * It waits for a charter that can be gone by.
     *
     * @param wake when the charter comes into force, if that is known and sooner than the end
     */
    record CharterUnknown(Ready ready, String why, Instant since, Instant until, Instant wake)
            implements Route {}

    /**
     * A rule about the separation of duties, or about last holders, forbids it as things are.
     *
     * @param next the stage to open when it does not any more; as many as there are to authorize
     * @param decisions the change's so far
     * @param asks what else can resolve it than the change's own parties and those who decided it
     */
    record Barred(
            Ready ready,
            int next,
            List<Decision> decisions,
            String why,
            Instant since,
            Instant until,
            Set<Concern> asks)
            implements Route {}

    /** Stages are open. */
    sealed interface Open extends Route {
        Course course();
    }

    /** Enough people may decide each of them. */
    record Waiting(Course course) implements Open {}

    /** Of one at least too few may. */
    record Held(Course course, String why) implements Open {}

    /**
     * The stages that a change has come to.
     *
     * @param open those that are not decided, at least one; none if what was kept of them is lost
     * @param next the first stage that has not been opened yet
     * @param decisions all of the change's so far, refused attempts included
     */
    record Course(Ready ready, List<OpenStage> open, int next, List<Decision> decisions) {
        /**
         * Whether the change was executed and is looked at afterwards, as far as is known without
         * its charter.
         */
        public boolean isReview() {
            return open.stream().anyMatch(OpenStage::afterwards);
        }
    }

    /**
     * It is authorized; who looks at it afterwards is asked when it was executed, and what it gave
     * for a time was taken away.
     *
     * @param held why they cannot be asked, although it is time to
     */
    record Granted(Ready ready, List<Decision> decisions, Instant since, Optional<Wait> held)
            implements Route {
        /** It is not time to ask anybody. */
        public Granted(Ready ready, List<Decision> decisions, Instant since) {
            this(ready, decisions, since, Optional.empty());
        }

        Granted executedBy(String by, Optional<String> worker) {
            return new Granted(ready.executedBy(by, worker), decisions, since, held);
        }

        Granted held(String why, Instant wake) {
            return new Granted(ready, decisions, since, Optional.of(new Wait(why, wake)));
        }
    }

    /**
     * Everybody has approved, and it waits for its start: then it is judged once more and
     * authorized.
     *
     * @param start when the plan starts
     * @param until when it lapses, if it cannot be authorized by then
     * @param wake when to look again
     */
    record Scheduled(
            Ready ready,
            List<Decision> decisions,
            Instant since,
            Instant start,
            Instant until,
            Instant wake)
            implements Route {
        Scheduled wakingAt(Instant when) {
            return new Scheduled(ready, decisions, since, start, until, when);
        }
    }

    /**
     * Something is not known.
     *
     * @param wake when to look again, if no news comes before
     */
    record Wait(String why, Instant wake) {}

    /**
     * Nothing is left to decide.
     *
     * @param last where it ended; empty if nothing was open, or when it is not needed
     */
    record Ended(End how, Instant at, Optional<Course> last) implements Route {}

    /** How a route ends. */
    enum End {
        APPROVED,
        DENIED,
        EXPIRED,
        HALTED,
        WITHDRAWN,
        /** Approved, executed, and looked at afterwards. */
        REVIEWED
    }

    /** The state's name, as it is kept and shown. */
    default String state() {
        return switch (this) {
            case Unrouted _ -> "UNROUTED";
            case Unplanned _ -> "UNPLANNED";
            case CharterUnknown _ -> "CHARTER_UNKNOWN";
            case Barred _ -> "BARRED";
            case Open _ -> "OPEN";
            case Scheduled _ -> "SCHEDULED";
            case Granted _ -> "GRANTED";
            case Ended ended -> ended.how().name();
        };
    }

    /** What is known of the change while it is on its way. */
    default Optional<Ready> underWay() {
        return switch (this) {
            case CharterUnknown waits -> Optional.of(waits.ready());
            case Barred barred -> Optional.of(barred.ready());
            case Open open -> Optional.of(open.course().ready());
            case Scheduled scheduled -> Optional.of(scheduled.ready());
            case Granted granted -> Optional.of(granted.ready());
            case Unrouted _, Unplanned _, Ended _ -> Optional.empty();
        };
    }

    /** What was decided so far, while it is on its way. */
    default List<Decision> decisions() {
        return switch (this) {
            case Barred barred -> barred.decisions();
            case Open open -> open.course().decisions();
            case Scheduled scheduled -> scheduled.decisions();
            case Granted granted -> granted.decisions();
            case Unrouted _, Unplanned _, CharterUnknown _, Ended _ -> List.of();
        };
    }
}
