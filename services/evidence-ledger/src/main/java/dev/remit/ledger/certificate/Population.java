package dev.remit.ledger.certificate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which of the changes of a period a pack is of; an empty part does not restrict.
 *
 * @param charter under this charter, by name
 * @param subject whose identity changed: system and id, separated by a colon
 * @param account the target account
 * @param outcome how they ended
 */
public record Population(
        Optional<String> charter,
        Optional<String> subject,
        Optional<String> account,
        Optional<String> outcome) {
    /** All of them. */
    public static final Population ALL =
            new Population(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** All under a charter. */
    public static Population ofCharter(String charter) {
        return new Population(
                Optional.of(charter), Optional.empty(), Optional.empty(), Optional.empty());
    }

    boolean isAll() {
        return equals(ALL);
    }

    /** What it is restricted to, in words; empty for all. */
    public String words() {
        List<String> words = new ArrayList<>();
        charter.ifPresent(each -> words.add("charter " + each));
        subject.ifPresent(each -> words.add("subject " + each));
        account.ifPresent(each -> words.add("account " + each));
        outcome.ifPresent(each -> words.add("outcome " + each));
        return String.join(", ", words);
    }

    /** The same for the ledger's database, after what restricts to the period. */
    String sql() {
        var sql = new StringBuilder();
        charter.ifPresent(each -> sql.append(" and charter = ").append(literal(each)));
        subject.ifPresent(each -> sql.append(" and subject = ").append(literal(each)));
        account.ifPresent(each -> sql.append(" and account = ").append(literal(each)));
        outcome.ifPresent(each -> sql.append(" and outcome = ").append(literal(each)));
        return sql.toString();
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    void write(ObjectNode manifest) {
        manifest.put("charter", charter.orElse(""));
        manifest.put("subject", subject.orElse(""));
        manifest.put("account", account.orElse(""));
        manifest.put("outcome", outcome.orElse(""));
    }

    /** What a manifest says; one from before there was more knows the charter alone. */
    static Population read(JsonNode manifest) {
        return new Population(
                part(manifest, "charter"),
                part(manifest, "subject"),
                part(manifest, "account"),
                part(manifest, "outcome"));
    }

    private static Optional<String> part(JsonNode manifest, String name) {
        return Optional.of(manifest.path(name).asText()).filter(each -> !each.isEmpty());
    }

    /**
     * Whether a change is one of these, as far as its certificate shows it: what is erased or
     * withheld excludes nothing.
     */
    boolean mayHold(Pack.Verified change) {
        Optional<Matter> matter = change.verification().matter();
        return isOrHidden(outcome, Optional.of(change.certificate().statement().outcome()))
                && isOrHidden(charter, matter.map(Matter::charter))
                && isOrHidden(subject, matter.map(Matter::subject))
                && (account.isEmpty()
                        || matter.stream().allMatch(each -> each.isOf(account.get())));
    }

    private static boolean isOrHidden(Optional<String> asked, Optional<String> shown) {
        return asked.isEmpty() || shown.isEmpty() || shown.equals(asked);
    }
}
