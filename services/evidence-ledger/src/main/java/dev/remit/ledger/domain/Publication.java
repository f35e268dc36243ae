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
        if (draft.get().needs().equals(Set.of(BOOTSTRAP))) {
            return approvals.size() == 1 && isBootstrap(approvals.getFirst())
                    ? Optional.empty()
                    : Optional.of("the installation's configuration did not approve it");
        }
        return people(draft.get(), approvals);
    }

    private static Optional<String> people(Drafted draft, List<Assented> approvals) {
        Set<String> workers = new HashSet<>();
        draft.worker().ifPresent(workers::add);
        Set<String> parts = new HashSet<>();
        for (Assented each : approvals) {
            if (each.worker().isEmpty() || !each.byPerson()) {
                return Optional.of("approval " + each.id() + " is of nobody who is known");
            }
            if (!workers.add(each.worker().get())) {
                return Optional.of(
                        "worker "
                                + each.worker().get()
                                + " approved it and had another part in it too");
            }
            parts.add(each.part());
        }
        Set<String> missing = new TreeSet<>(draft.needs());
        if (!draft.byOwner()) {
            missing.add(OWNER);
        }
        if (draft.worker().isEmpty() || draft.byOwner() || parts.contains(IN_PLACE_OF_OWNER)) {
            missing.add(SECOND);
        }
        if (parts.contains(IN_PLACE_OF_OWNER)) {
            missing.remove(OWNER);
        }
        missing.removeAll(parts);
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("nobody approved it as " + String.join(", ", missing));
    }

    /**
     * What is wrong with it after the version before; empty if nothing is.
     *
     * @param before the version that was published last and is in order; empty for none
     */
    public static Optional<String> problem(
            Published published,
            Optional<Published> before,
            Collection<Reading> said,
            Tightening tightening) {
        Optional<Drafted> draft = draft(published, said);
        if (draft.isEmpty()) {
            return before.filter(each -> !isFromBefore(each)).isPresent()
                    ? Optional.of("it rests on no approval, though the version before it did")
                    : Optional.empty();
        }
        if (!draft.get().previous().equals(before.map(Published::hash))) {
            return Optional.of("it was drafted to follow another version than the one before it");
        }
        if (draft.get().needs().contains(BOOTSTRAP)) {
            return before.isEmpty()
                    ? Optional.empty()
                    : Optional.of("the installation's configuration approves first versions only");
        }
        return draft.get().needs().contains(SECOND)
                        || (before.isPresent()
                                && tightening.isHarderOnly(
                                        before.get().document(), published.document()))
                ? Optional.empty()
                : Optional.of("it is not certainly harder only, and no second person was asked");
    }

    /** Who approved it, for people. */
    public static String words(Published published, Collection<Reading> said) {
        if (isFromBefore(published)) {
            return "NOTE: published before approval was asked for";
        }
        List<String> words = new ArrayList<>();
        draft(published, said).ifPresent(draft -> words.add("drafted by " + draft.by()));
        for (Reading each : said) {
            if (each instanceof Assented approval
                    && published.approvals().contains(approval.id())) {
                words.add(
                        isBootstrap(approval)
                                ? "NOTE: approved by nobody, by the installation's configuration"
                                : "approved by " + approval.by() + " as " + approval.part());
            }
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
