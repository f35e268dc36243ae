package dev.remit.connector.domain;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What the connector needs of a charter.
 *
 * @param hash SHA-256 of the canonical document, hexadecimal
 * @param systems the target systems it may touch
 * @param modes each of its actions with its mode, ASSIST or OWN
 * @param employee the digital employee that proposes when the trigger fires
 * @param principal the person responsible for that digital employee
 */
public record Charter(
        String name,
        String version,
        String hash,
        Set<String> systems,
        Map<String, String> modes,
        Optional<Trigger> trigger,
        String employee,
        String principal) {

    /** The event that opens a change by itself. */
    public record Trigger(WorkerEvent.Type event, String action, String target) {}

    /** The change that this event opens, if it opens one. */
    public Optional<Proposal> opens(WorkerEvent event) {
        return trigger.filter(each -> each.event() == event.type())
                .map(each ->
                        new Proposal(
                                name,
                                version,
                                hash,
                                String.valueOf(modes.get(each.action())),
                                "hr",
                                event.workerId(),
                                each.target(),
                                each.action(),
                                event.type()
                                        + " on "
                                        + event.effectiveDate()
                                        + (event.reason().isEmpty() ? "" : ": " + event.reason()),
                                employee,
                                Optional.of(principal)));
    }

    /** Whether the charter covers the request; if not, which field breaks which rule. */
    public Optional<Refusal> refuses(String target, String action) {
        if (!systems.contains(target)) {
            return Optional.of(
                    new Refusal(
                            "target",
                            "TARGET_OUTSIDE_CHARTER",
                            "charter " + name + " covers " + systems + ", not '" + target + "'"));
        }
        if (!modes.containsKey(action)) {
            return Optional.of(
                    new Refusal(
                            "action",
                            "ACTION_OUTSIDE_CHARTER",
                            "charter "
                                    + name
                                    + " covers "
                                    + modes.keySet()
                                    + ", not '"
                                    + action
                                    + "'"));
        }
        return Optional.empty();
    }

    /** Why a proposal is not taken. */
    public record Refusal(String field, String code, String detail) {}

    /** The one id of the change that an event opens under a charter. */
    public static UUID changeId(String charter, WorkerEvent event) {
        return dev.remit.handoff.Ids.derived(
                Ids.NAMESPACE,
                "change|" + charter + "|" + event.workerId() + "|" + event.effectiveDate());
    }
}
