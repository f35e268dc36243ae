package dev.remit.connector.domain;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A version of a charter that is to be published.
 *
 * @param document canonical JSON; its SHA-256 is the hash
 * @param previous hash of the version in force when it was drafted; empty for the first
 * @param owner immutable account id of the owner who is asked
 * @param drafter empty for what was found in the charters' folder
 * @param needs as what people must approve it, once for each person
 * @param because why the owner alone is not enough
 */
public record Draft(
        UUID id,
        String name,
        String version,
        String hash,
        String document,
        Optional<String> previous,
        String owner,
        Optional<Person> drafter,
        List<Part> needs,
        List<String> because,
        String reason,
        Instant at,
        Instant until,
        List<Approval> approvals,
        Optional<End> end) {
    /** As what it is approved. */
    public enum Part {
        OWNER,
        IN_PLACE_OF_OWNER,
        SECOND,
        BOOTSTRAP
    }

    /** How it ended. */
    public enum Outcome {
        PUBLISHED,
        DENIED,
        WITHDRAWN,
        EXPIRED
    }

    /** A person by account; people are told apart by HR worker. */
    public record Person(String id, String worker) {}

    /**
     * An approval.
     *
     * @param id of its message
     * @param by empty for the installation's configuration
     */
    public record Approval(UUID id, Part part, Optional<Person> by, Instant at) {}

    /**
     * How it ended.
     *
     * @param by account id; empty for time
     */
    public record End(Outcome outcome, Optional<String> by, String reason, Instant at) {}

    /**
     * Who asks to decide.
     *
     * @param ownersWorker the HR worker of the owner's account; empty while that is not known
     * @param approver whether they may be the second person
     * @param admin whether they may stand in for an owner whom nobody knows
     */
    public record Decider(
            Person person, Optional<String> ownersWorker, boolean approver, boolean admin) {
        boolean isOwner() {
            return ownersWorker.filter(person.worker()::equals).isPresent();
        }
    }

    /** Whether somebody may approve, and as what. */
    public sealed interface Ruling {
        /** They may. */
        record As(Part part) implements Ruling {}

        /** They may not. */
        record No(Charter.Refusal refusal) implements Ruling {}
    }

    /** The same with these approvals. */
    public Draft with(List<Approval> all) {
        return new Draft(
                id,
                name,
                version,
                hash,
                document,
                previous,
                owner,
                drafter,
                needs,
                because,
                reason,
                at,
                until,
                List.copyOf(all),
                end);
    }

    public boolean isOpenAt(Instant now) {
        return end.isEmpty() && now.isBefore(until);
    }

    /** As what it still must be approved, once for each person. */
    public List<Part> missing() {
        List<Part> missing = new ArrayList<>(needs);
        for (Approval each : approvals) {
            // nobody stands in for an owner alone
            if (each.part() == Part.IN_PLACE_OF_OWNER) {
                missing.remove(Part.OWNER);
                if (!missing.contains(Part.SECOND)) {
                    missing.add(Part.SECOND);
                }
            }
        }
        approvals.forEach(each -> missing.remove(each.part()));
        return missing;
    }

    /** As what this person approves, if they may. */
    public Ruling approve(Decider decider, Instant now) {
        if (!isOpenAt(now)) {
            return no(409, "CHARTER_DRAFT_ENDED", "the draft has ended");
        }
        if (drafter.filter(each -> isSame(each, decider.person())).isPresent()) {
            return no(
                    403,
                    "DRAFTER_APPROVES_NOTHING",
                    "who drafted a charter does not approve it, by no account of theirs");
        }
        if (approvals.stream()
                .flatMap(each -> each.by().stream())
                .anyMatch(each -> isSame(each, decider.person()))) {
            return no(409, "ALREADY_APPROVED", "this person has approved it already");
        }
        List<Part> missing = missing();
        if (missing.contains(Part.OWNER) && decider.isOwner()) {
            return decider.person().id().equals(owner)
                    ? new Ruling.As(Part.OWNER)
                    : no(
                            403,
                            "OWNER_BY_ANOTHER_ACCOUNT",
                            "the charter's owner approves with the account that the charter names: "
                                    + owner);
        }
        if (missing.contains(Part.OWNER) && decider.ownersWorker().isEmpty() && decider.admin()) {
            return new Ruling.As(Part.IN_PLACE_OF_OWNER);
        }
        if (missing.contains(Part.SECOND) && mayBeSecond(decider)) {
            return new Ruling.As(Part.SECOND);
        }
        return no(
                403,
                "NOT_ASKED",
                "the draft waits for "
                        + missing
                        + ": OWNER is the account "
                        + owner
                        + ", SECOND anybody else with the role approver or admin");
    }

    /** Whether this person may deny it. */
    public Optional<Charter.Refusal> deny(Decider decider, Instant now) {
        if (!isOpenAt(now)) {
            return Optional.of(
                    new Charter.Refusal(
                            409, "draft", "CHARTER_DRAFT_ENDED", "the draft has ended"));
        }
        return decider.isOwner() || mayBeSecond(decider)
                ? Optional.empty()
                : Optional.of(
                        new Charter.Refusal(
                                403,
                                "draft",
                                "NOT_ASKED",
                                "its owner denies it, or somebody with the role approver or admin"));
    }

    /** Whether this person may take it back. */
    public Optional<Charter.Refusal> withdraw(Decider decider, Instant now) {
        if (!isOpenAt(now)) {
            return Optional.of(
                    new Charter.Refusal(
                            409, "draft", "CHARTER_DRAFT_ENDED", "the draft has ended"));
        }
        return decider.admin() || drafter.filter(each -> isSame(each, decider.person())).isPresent()
                ? Optional.empty()
                : Optional.of(
                        new Charter.Refusal(
                                403,
                                "draft",
                                "NOT_ASKED",
                                "who drafted it takes it back, or somebody with the role admin"));
    }

    private static boolean mayBeSecond(Decider decider) {
        return decider.approver() || decider.admin();
    }

    private static boolean isSame(Person one, Person other) {
        return one.worker().equals(other.worker()) || one.id().equals(other.id());
    }

    private static Ruling no(int status, String code, String detail) {
        return new Ruling.No(new Charter.Refusal(status, "draft", code, detail));
    }
}
