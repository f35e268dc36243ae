package dev.remit.ledger.domain;

import dev.remit.ledger.domain.Reading.Assented;
import dev.remit.ledger.domain.Reading.Drafted;
import dev.remit.ledger.domain.Reading.Published;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Whether a charter was published as it must be: approved over its hash by people who are all
 * different, none of whom drafted it. Pure, and independent of what the connector concluded; who a
 * person is, the connector says.
 */
public final class Publication {
    private static final String OWNER = "OWNER";
    private static final String IN_PLACE_OF_OWNER = "IN_PLACE_OF_OWNER";
    private static final String SECOND = "SECOND";
    private static final String BOOTSTRAP = "BOOTSTRAP";

    /** What ends a draft without its being published. */
    private static final Set<String> ENDS = Set.of("DENIED", "WITHDRAWN", "EXPIRED");

    private Publication() {}

    /** The messages that a publication rests on. */
    public static Set<UUID> named(Published published) {
        Set<UUID> named = new TreeSet<>(published.approvals());
        published.draft().ifPresent(named::add);
        return named;
    }

    /** Whether it comes from a build that did not know of drafts. */
    public static boolean isFromBefore(Published published) {
        return published.draft().isEmpty() && !published.knewOfDrafts();
    }

    /**
     * What is wrong with its approvals; empty if nothing is.
     *
     * @param said the messages that it names, as far as they are there
     */
    public static Optional<String> problem(Published published, Collection<Reading> said) {
        if (isFromBefore(published)) {
            return Optional.empty();
        }
        Optional<Drafted> draft = draft(published, said);
        if (draft.isEmpty()) {
            return Optional.of("no draft of it is there that anybody could have approved");
        }
        Optional<String> ended = ended(draft.get().id(), said);
        if (ended.isPresent()) {
            return ended;
        }
        List<Assented> approvals = new ArrayList<>();
        for (UUID id : published.approvals()) {
            Optional<Assented> found =
                    said.stream()
                            .filter(Assented.class::isInstance)
                            .map(Assented.class::cast)
                            .filter(each -> each.id().equals(id))
                            .filter(each -> each.draft().equals(draft.get().id()))
                            .filter(each -> each.hash().equals(published.hash()))
                            .filter(each -> each.decision().equals("APPROVED"))
                            .findFirst();
            if (found.isEmpty()) {
                return Optional.of("approval " + id + " of its hash is not there");
            }
            approvals.add(found.get());
        }
        if (draft.get().needs().equals(List.of(BOOTSTRAP))) {
            return approvals.size() == 1 && isBootstrap(approvals.getFirst())
                    ? Optional.empty()
                    : Optional.of("the installation's configuration did not approve it");
        }
        return draft.get().previous().isEmpty() && !draft.get().owner().equals(published.owner())
                ? Optional.of("the owner who was asked is not the one whom it names")
                : people(draft.get(), approvals);
    }

    /** That a draft ended, in words: nothing is published from it any more. */
    private static Optional<String> ended(UUID draft, Collection<Reading> said) {
        return ends(said)
                .filter(each -> each.draft().equals(draft))
                .map(Publication::words)
                .findFirst();
    }

    /**
     * That a document was drafted and is not to be published, in words.
     *
     * @param hash of the document
     */
    public static Optional<String> ended(String hash, Collection<Reading> said) {
        return ends(said)
                .filter(each -> each.hash().equals(hash))
                .map(Publication::words)
                .findFirst();
    }

    private static Stream<Assented> ends(Collection<Reading> said) {
        return said.stream()
                .filter(Assented.class::isInstance)
                .map(Assented.class::cast)
                .filter(each -> ENDS.contains(each.decision()));
    }

    private static String words(Assented end) {
        return "its draft "
                + end.draft()
                + " ended "
                + end.decision()
                + (end.by().isEmpty() ? "" : ", by " + end.by())
                + ", at "
                + end.at();
    }

    private static Optional<String> people(Drafted draft, List<Assented> approvals) {
        Set<String> workers = new HashSet<>();
        draft.worker().ifPresent(workers::add);
        List<String> parts = new ArrayList<>();
        for (Assented each : approvals) {
            if (each.worker().isEmpty() || !each.byPerson()) {
                return Optional.of("approval " + each.id() + " is of nobody who is known");
            }
            if (!each.at().isBefore(draft.until())) {
                return Optional.of("approval " + each.id() + " came after the draft's time");
            }
            if (each.part().equals(OWNER) && !each.by().equals(draft.owner())) {
                return Optional.of("approval " + each.id() + " is not of its owner's account");
            }
            if (!workers.add(each.worker().get())) {
                return Optional.of(
                        "worker "
                                + each.worker().get()
                                + " approved it and had another part in it too");
            }
            parts.add(each.part());
        }
        List<String> missing = new ArrayList<>(draft.needs());
        if (!draft.isByOwner() && !missing.contains(OWNER)) {
            missing.add(OWNER);
        }
        boolean alone =
                draft.worker().isEmpty() || draft.isByOwner() || parts.contains(IN_PLACE_OF_OWNER);
        if (alone && !missing.contains(SECOND)) {
            missing.add(SECOND);
        }
        if (parts.contains(IN_PLACE_OF_OWNER)) {
            missing.remove(OWNER);
        }
        parts.forEach(missing::remove);
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("nobody approved it as " + String.join(", ", missing));
    }

    /**
     * What is wrong with it after the versions before; empty if nothing is. One that is not in
     * order does not keep those that follow it from being in order: people approved them all the
     * same.
     *
     * @param logged the versions of this charter that were logged before it, in order or not
     * @param before the last of them that is in order; empty for none
     */
    public static Optional<String> problem(
            Published published,
            Collection<Published> logged,
            Optional<Published> before,
            Collection<Reading> said,
            Tightening tightening) {
        Optional<Drafted> found = draft(published, said);
        if (found.isEmpty()) {
            return before.filter(each -> !isFromBefore(each)).isPresent()
                    ? Optional.of("it rests on no approval, though the version before it did")
                    : Optional.empty();
        }
        Drafted draft = found.get();
        if (draft.previous().isEmpty() && before.isPresent()) {
            return Optional.of("it was drafted as the first version, and there is one before it");
        }
        if (draft.needs().contains(BOOTSTRAP)) {
            return draft.previous().isEmpty()
                    ? Optional.empty()
                    : Optional.of("the installation's configuration approves first versions only");
        }
        List<Assented> approvals = approvals(published, said);
        return owner(draft, logged, before, approvals)
                .or(() -> second(published, draft, before, approvals, tightening));
    }

    /** Nobody takes a charter over, not even by a version in between that is not in order. */
    private static Optional<String> owner(
            Drafted draft,
            Collection<Published> logged,
            Optional<Published> before,
            List<Assented> approvals) {
        if (draft.previous().isPresent()) {
            Optional<Published> followed =
                    logged.stream()
                            .filter(each -> each.hash().equals(draft.previous().get()))
                            .findFirst();
            if (followed.isEmpty()) {
                return Optional.of("it was drafted to follow a version that is not there");
            }
            if (!followed.get().owner().equals(draft.owner())) {
                return Optional.of("the owner who was asked is not that of the version before it");
            }
        }
        return before.map(Published::owner)
                        .filter(owner ->
                                !draft.owner().equals(owner)
                                        && !draft.by().equals(owner)
                                        && approvals.stream()
                                                .noneMatch(each ->
                                                        each.by().equals(owner)
                                                                || each.part()
                                                                        .equals(IN_PLACE_OF_OWNER)))
                        .isPresent()
                ? Optional.of("the owner of the last version in order had no part in it")
                : Optional.empty();
    }

    /** Three people for what loosens: who drafted it, and two others. */
    private static Optional<String> second(
            Published published,
            Drafted draft,
            Optional<Published> before,
            List<Assented> approvals,
            Tightening tightening) {
        long seconds = approvals.stream().filter(each -> each.part().equals(SECOND)).count();
        boolean enough =
                seconds >= (draft.isByOwner() ? 2 : 1)
                        || (before.isPresent()
                                && tightening.isHarderOnly(
                                        before.get().document(), published.document()));
        return enough
                ? Optional.empty()
                : Optional.of(
                        "it is not certainly harder only, and no two people beside its drafter approved it");
    }

    private static List<Assented> approvals(Published published, Collection<Reading> said) {
        return said.stream()
                .filter(Assented.class::isInstance)
                .map(Assented.class::cast)
                .filter(each -> published.approvals().contains(each.id()))
                .toList();
    }

    /** Who approved it, for people. */
    public static String words(Published published, Collection<Reading> said) {
        if (isFromBefore(published)) {
            return "NOTE: published before approval was asked for";
        }
        List<String> words = new ArrayList<>();
        draft(published, said).ifPresent(draft -> words.add("drafted by " + draft.by()));
        for (Assented each : approvals(published, said)) {
            words.add(
                    isBootstrap(each)
                            ? "NOTE: approved by nobody, by the installation's configuration"
                            : "approved by " + each.by() + " as " + each.part());
        }
        return String.join(", ", words);
    }

    private static boolean isBootstrap(Assented approval) {
        return approval.part().equals(BOOTSTRAP) && !approval.byPerson();
    }

    private static Optional<Drafted> draft(Published published, Collection<Reading> said) {
        return said.stream()
                .filter(Drafted.class::isInstance)
                .map(Drafted.class::cast)
                .filter(each -> published.draft().filter(each.id()::equals).isPresent())
                .filter(each -> each.hash().equals(published.hash()))
                .findFirst();
    }
}
