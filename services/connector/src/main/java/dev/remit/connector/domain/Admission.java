package dev.remit.connector.domain;

import dev.remit.connector.domain.Charter.Refusal;
import java.time.Instant;
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
     * @param inTarget how many accounts of the target carry it
     * @param population how many accounts of the target are known at all
     */
    record Subject(Optional<String> worker, long inTarget, long population) {}

    /**
     * What goes on under a charter already.
     *
     * @param lastHour changes proposed by hand or trigger within the last hour
     * @param subjects people with an open change in this target
     */
    record Load(long lastHour, long subjects) {}

    /**
     * All that an admission stands on.
     *
     * @param charter the one in force under the wished name
     * @param open the open change for the same subject and target that does the same
     * @param halted who has halted what it would be in, and why
     */
    record Known(
            Optional<Charter> charter,
            Subject subject,
            Optional<UUID> open,
            Load load,
            Optional<String> halted,
            Instant now) {}

    /** Decides; the first rule that refuses is named. */
    static Admission of(Wish wish, Known known) {
        if (known.halted().isPresent()) {
            return refused(409, "charter", "HALTED", known.halted().get());
        }
        if (known.charter().isEmpty()) {
            return refused(
                    422,
                    "charter",
                    "CHARTER_UNKNOWN",
                    "no charter named '" + wish.charter() + "' is in force");
        }
        Charter charter = known.charter().get();
        Optional<Refusal> refusal =
                charter.refusesAt(known.now())
                        .or(() -> charter.refuses(wish.target(), wish.action()))
                        .or(() -> charter.refuses(wish.proposer()))
                        .or(() -> subject(wish, known.subject()))
                        .or(() -> known.open().map(Admission::duplicate))
                        .or(() -> blast(charter, known));
        if (refusal.isPresent()) {
            return new Refused(refusal.get());
        }
        return new Admitted(
                new Proposal(
                        charter.name(),
                        charter.version(),
                        charter.hash(),
                        String.valueOf(charter.modes().get(wish.action())),
                        "hr",
                        known.subject().worker().orElseThrow(),
                        wish.target(),
                        wish.action(),
                        wish.reason(),
                        wish.proposer().id(),
                        wish.proposer().principal(),
                        wish.proposer().agent()));
    }

    private static Optional<Refusal> subject(Wish wish, Subject subject) {
        if (subject.population() == 0) {
            return Optional.of(
                    new Refusal(
                            503,
                            "target",
                            "TARGET_NOT_READ",
                            "the accounts of " + wish.target() + " were not read yet"));
        }
        if (subject.worker().isEmpty()) {
            return Optional.of(
                    new Refusal(
                            422,
                            "subject.id",
                            "SUBJECT_UNKNOWN",
                            wish.subjectId().isEmpty()
                                    ? "nobody is named by an immutable id"
                                    : wish.subjectSystem().equals("hr")
                                            ? "no account that was read carries the worker id '"
                                                    + wish.subjectId()
                                                    + "'"
                                            : "no account of "
                                                    + wish.subjectSystem()
                                                    + " with this id carries a worker id"));
        }
        return subject.inTarget() > 1
                ? Optional.of(
                        new Refusal(
                                422,
                                "subject.id",
                                "SUBJECT_AMBIGUOUS",
                                subject.inTarget()
                                        + " accounts of "
                                        + wish.target()
                                        + " carry the worker id '"
                                        + subject.worker().get()
                                        + "'"))
                : Optional.empty();
    }

    /** Another change does the same to the same account. */
    static Refusal duplicate(UUID open) {
        return new Refusal(
                409,
                "subject",
                "DUPLICATE_CHANGE",
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
                                new Refusal(
                                        422,
                                        "charter",
                                        "BLAST_RADIUS_CHANGES_PER_HOUR",
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
                                new Refusal(
                                        422,
                                        "charter",
                                        "BLAST_RADIUS_SHARE_OF_POPULATION",
                                        "charter "
                                                + charter.name()
                                                + " allows open changes for "
                                                + share
                                                + " of "
                                                + known.subject().population()
                                                + " accounts, and "
                                                + known.load().subjects()
                                                + " people have one")));
    }

    private static Refused refused(int status, String field, String code, String detail) {
        return new Refused(new Refusal(status, field, code, detail));
    }
}
