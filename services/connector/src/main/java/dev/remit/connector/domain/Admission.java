package dev.remit.connector.domain;

import dev.remit.connector.domain.Charter.Refusal;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Whether a change that someone asks for is opened. Pure; what is not known refuses. */
public sealed interface Admission {
    /** It is opened. */
    record Admitted(Proposal proposal) implements Admission {}

    /** A rule is against it. */
    record Refused(Refusal refusal) implements Admission {}

    /**
     * What is known of the subject.
     *
     * @param worker the HR worker id; empty when nobody is known by the given id
     * @param account the immutable id of an account of the target that was named by it and carries
     *     no worker id; empty for any other
     * @param inTarget how many accounts of the target carry the worker id
     * @param population how many accounts of the target are known at all
     * @param hired the HR worker id, where nobody's account carries it yet and HR says that they
     *     joined and have not left
     */
    record Subject(
            Optional<String> worker,
            Optional<String> account,
            long inTarget,
            long population,
            Optional<String> hired) {
        /** One of whom HR was not asked, and no account that nobody is behind. */
        public Subject(Optional<String> worker, long inTarget, long population) {
            this(worker, Optional.empty(), inTarget, population, Optional.empty());
        }

        /**
         * The HR worker id.
         *
         * @param made whether the change makes the account: then HR's word is enough
         */
        public Optional<String> worker(boolean made) {
            return worker.or(() -> made ? hired : Optional.empty());
        }

        /** By which id the change names its subject; empty when that is not known. */
        public Optional<String> id(boolean made) {
            return worker(made).or(this::account);
        }
    }

    /**
     * What goes on under a charter already.
     *
     * @param lastHour changes proposed by hand or trigger within the last hour
     * @param subjects people in this target with a change that is open or was proposed within the
     *     last hour: what closes quickly must not let everybody pass one after the other
     */
    record Load(long lastHour, long subjects) {}

    /**
     * All that an admission stands on.
     *
     * @param charter the one in force under the wished name
     * @param covering how many charters in force cover the wish, if it names none
     * @param open the open change for the same subject and target that does the same
     * @param halted who has halted what it would be in, and why
     */
    record Known(
            Optional<Charter> charter,
            int covering,
            Subject subject,
            Optional<UUID> open,
            Load load,
            Optional<String> halted,
            Instant now) {}

    /** Decides; the first rule that refuses is named. */
    static Admission of(Wish wish, Known known) {
        if (wish.proposer().barred().isPresent()) {
            return new Refused(wish.proposer().barred().get());
        }
        if (known.halted().isPresent()) {
            return refused(Rule.HALTED, "charter", known.halted().get());
        }
        if (known.charter().isEmpty() && wish.charter().isEmpty()) {
            return refused(
                    known.covering() == 0 ? Rule.CHARTER_UNKNOWN : Rule.CHARTER_AMBIGUOUS,
                    "charter",
                    known.covering()
                            + " charters in force cover '"
                            + wish.action()
                            + "' on '"
                            + wish.target()
                            + "'");
        }
        if (known.charter().isEmpty()) {
            return refused(
                    Rule.CHARTER_UNKNOWN,
                    "charter",
                    "no charter named '" + wish.charter() + "' is in force");
        }
        Charter charter = known.charter().get();
        Optional<Refusal> refusal =
                charter.refusesAt(known.now())
                        .or(() -> charter.refuses(wish.target(), wish.action()))
                        .or(() -> charter.refuses(wish.proposer(), wish.action()))
                        .or(() -> subject(wish, known.subject(), charter))
                        .or(() -> known.open().map(Admission::duplicate))
                        .or(() -> blast(charter, known));
        if (refusal.isPresent()) {
            return new Refused(refusal.get());
        }
        boolean made = charter.makes(wish.action());
        return new Admitted(
                new Proposal(
                        charter.name(),
                        charter.version(),
                        charter.hash(),
                        String.valueOf(charter.modes().get(wish.action())),
                        // an account that nobody is behind stands for itself
                        known.subject().worker(made).isPresent() ? "hr" : wish.target(),
                        known.subject().id(made).orElseThrow(),
                        wish.target(),
                        wish.action(),
                        wish.reason(),
                        wish.proposer().id(),
                        wish.proposer().kind() == Proposer.Kind.DIGITAL_EMPLOYEE
                                ? Optional.of(charter.principal())
                                : wish.proposer().principal(),
                        wish.proposer().agent()));
    }

    /**
     * The charters that a wish which names none may be under: those in force that cover it; if none
     * is, those that do not hold at this time, so that the answer can say so.
     */
    static List<Charter> covering(Collection<Charter> all, Wish wish, Instant now) {
        List<Charter> covering =
                all.stream()
                        .filter(each -> each.refuses(wish.target(), wish.action()).isEmpty())
                        .toList();
        List<Charter> inForce =
                covering.stream().filter(each -> each.refusesAt(now).isEmpty()).toList();
        return inForce.isEmpty() && covering.size() == 1 ? covering : inForce;
    }

    private static Optional<Refusal> subject(Wish wish, Subject subject, Charter charter) {
        boolean made = charter.makes(wish.action());
        Optional<String> worker = subject.worker(made);
        if (subject.population() == 0) {
            return Optional.of(
                    Rule.TARGET_NOT_READ.refuses(
                            "target", "the accounts of " + wish.target() + " were not read yet"));
        }
        if (worker.isEmpty() && subject.account().isPresent()) {
            return charter.ofWorkers() || made
                    ? Optional.of(
                            Rule.SUBJECT_UNKNOWN.refuses(
                                    "subject.id",
                                    "account '"
                                            + subject.account().get()
                                            + "' of "
                                            + wish.target()
                                            + " carries no worker id, and charter "
                                            + charter.name()
                                            + " is about workers' accounts only"))
                    : Optional.empty();
        }
        if (worker.isEmpty()) {
            return Optional.of(
                    Rule.SUBJECT_UNKNOWN.refuses(
                            "subject.id",
                            wish.subjectId().isEmpty()
                                    ? "nobody is named by an immutable id"
                                    : wish.subjectSystem().equals("hr")
                                            ? "no account that was read carries the worker id '"
                                                    + wish.subjectId()
                                                    + "'"
                                                    + (made
                                                            ? ", and HR does not say that they are there"
                                                            : "")
                                            : "no account of "
                                                    + wish.subjectSystem()
                                                    + " with this id carries a worker id"));
        }
        return subject.inTarget() > 1
                ? Optional.of(
                        Rule.SUBJECT_AMBIGUOUS.refuses(
                                "subject.id",
                                subject.inTarget()
                                        + " accounts of "
                                        + wish.target()
                                        + " carry the worker id '"
                                        + worker.get()
                                        + "'"))
                : Optional.empty();
    }

    /** Another change does the same to the same account. */
    static Refusal duplicate(UUID open) {
        return Rule.DUPLICATE_CHANGE.refuses(
                "subject",
                "change "
                        + open
                        + " for the same subject and target, which does the same, is open");
    }

    private static Optional<Refusal> blast(Charter charter, Known known) {
        Optional<Refusal> hourly =
                charter.limits()
                        .changesPerHour()
                        .filter(most -> known.load().lastHour() >= most)
                        .map(most ->
                                Rule.BLAST_RADIUS_CHANGES_PER_HOUR.refuses(
                                        "charter",
                                        "charter "
                                                + charter.name()
                                                + " allows "
                                                + most
                                                + " changes an hour, and there were as many"));
        return hourly.or(() ->
                charter.limits()
                        .shareOfPopulation()
                        .filter(share ->
                                known.load().subjects() + 1
                                        > Math.max(1, share * known.subject().population()))
                        .map(share ->
                                Rule.BLAST_RADIUS_SHARE_OF_POPULATION.refuses(
                                        "charter",
                                        "charter "
                                                + charter.name()
                                                + " allows changes for "
                                                + share
                                                + " of "
                                                + known.subject().population()
                                                + " accounts in an hour, and "
                                                + known.load().subjects()
                                                + " people have one that is open or was proposed within it")));
    }

    private static Refused refused(Rule rule, String field, String detail) {
        return new Refused(rule.refuses(field, detail));
    }
}
