package dev.remit.connector.domain;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Something happened that may open changes.
 *
 * @param source who says so: an event feed, the system in which it was found, or a schedule
 * @param id the source's own id of it; the same id is the same occurrence
 * @param subjectSystem {@code hr}, or the system of the account
 * @param subjectId whom it is about: the worker id, or the account's immutable id; empty where the
 *     source names nobody that way
 * @param named whether the source names somebody, if only by what identifies nobody; then no owner
 *     of the resource stands in
 * @param resource what it is about besides, for example the repository; never a secret
 * @param words for people; never a secret
 * @param at when, as the source says
 * @param charter only this charter is meant; empty for every one that names the event
 * @param target the system in which it was found, and which alone is meant; empty for any
 */
public record Occurrence(
        String source,
        String id,
        Event event,
        String subjectSystem,
        String subjectId,
        boolean named,
        Optional<String> resource,
        String words,
        Instant at,
        Optional<String> charter,
        Optional<String> target) {

    /** The id of its observation. */
    public UUID observation() {
        return dev.remit.handoff.Ids.derived(Ids.NAMESPACE, "occurrence|" + source + "|" + id);
    }

    /** The one id of the change that it opens under a charter. */
    public UUID change(String charterName) {
        return dev.remit.handoff.Ids.derived(
                Ids.NAMESPACE, "change|" + charterName + "|occurrence|" + source + "|" + id);
    }

    /** The id of the record that a rule refuses the change that it would open. */
    public UUID refusal(String charterName, String code) {
        return dev.remit.handoff.Ids.derived(
                Ids.NAMESPACE,
                String.join("|", "refused", charterName, code, "occurrence", source, id));
    }

    /** Whether it was found in what was read of a system, rather than told or due. */
    public boolean wasFound() {
        return target.isPresent();
    }

    /** Whether this charter's trigger is meant. */
    public boolean opens(Charter candidate, Charter.Trigger trigger) {
        return trigger.event() == event
                && charter.filter(name -> !name.equals(candidate.name())).isEmpty()
                && target.filter(system -> !system.equals(trigger.target())).isEmpty();
    }

    /** The same about whoever its resource belongs to, where the source names nobody at all. */
    public Occurrence about(Optional<String> owner) {
        return named || owner.isEmpty()
                ? this
                : new Occurrence(
                        source,
                        id,
                        event,
                        subjectSystem,
                        owner.get(),
                        true,
                        resource,
                        words,
                        at,
                        charter,
                        target);
    }

    /** The change that is wished for; its reason says what it is about besides. */
    public Wish wish(Charter by, Charter.Trigger trigger) {
        return new Wish(
                by.name(),
                subjectSystem,
                subjectId,
                trigger.target(),
                trigger.action(),
                event
                        + ": "
                        + words
                        + resource.filter(each -> !words.contains(each))
                                .map(each -> " (" + each + ")")
                                .orElse(""),
                new Proposer(by.employee(), Optional.of(by.principal()), Optional.empty()));
    }
}
