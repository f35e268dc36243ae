package dev.remit.charter;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whose approvals a version of a charter needs before it is published. Nobody publishes alone: who
 * drafted it approves nothing. Its owner does, and a second person too, unless it certainly makes
 * changes harder and nothing else; where its owner drafted it, two others for one.
 *
 * @param needs once for each person; of people who are all different, none of whom drafted it
 * @param because why the owner alone is not enough; empty if the owner is
 */
public record Publication(List<Part> needs, List<String> because) {
    /** As what a person approves. */
    public enum Part {
        OWNER,
        SECOND
    }

    /** Who drafted it. */
    public enum Drafter {
        OWNER,
        SOMEBODY_ELSE,
        UNKNOWN
    }

    /**
     * What this version needs.
     *
     * @param before the version in force, whose owner is asked; empty for the first
     */
    public static Publication of(Optional<Charter> before, Charter after, Drafter drafter) {
        List<String> because = new ArrayList<>();
        switch (drafter) {
            case OWNER -> because.add("its owner drafted it");
            case UNKNOWN -> because.add("nobody knows who drafted it");
            case SOMEBODY_ELSE -> {}
        }
        List<String> loosens = loosens(before, after);
        because.addAll(loosens);
        List<Part> needs = new ArrayList<>();
        if (drafter != Drafter.OWNER) {
            needs.add(Part.OWNER);
        }
        if (!because.isEmpty()) {
            needs.add(Part.SECOND);
        }
        if (drafter == Drafter.OWNER && !loosens.isEmpty()) {
            needs.add(Part.SECOND);
        }
        return new Publication(List.copyOf(needs), List.copyOf(because));
    }

    /** What in it is not certainly harder than before; empty if nothing is. */
    public static List<String> loosens(Optional<Charter> before, Charter after) {
        if (before.isEmpty()) {
            return List.of("it is the first version of this charter");
        }
        List<Difference> differences =
                Difference.between(before.get(), after).stream()
                        .filter(each -> !each.path().equals("/metadata/version"))
                        .toList();
        return differences.isEmpty()
                ? List.of("nothing is known that it makes harder")
                : differences.stream()
                        .filter(each -> each.effect() != Difference.Effect.HARDER)
                        .map(Difference::toString)
                        .toList();
    }
}
