package dev.remit.charter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What lint takes for known is what the services' own source says. */
class VocabularyTest {
    private static final String EXECUTOR =
            "services/executor/src/main/java/dev/remit/executor/adapter/";

    private static Set<String> found(String path, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(Shipped.repository(path));
        Set<String> found =
                matcher.results().map(each -> each.group(1)).collect(Collectors.toSet());
        assertThat(found).as(path).isNotEmpty();
        return found;
    }

    private static Set<String> listed(String path, String pattern) {
        String list = found(path, pattern).iterator().next();
        return Pattern.compile("\"([^\"]+)\"")
                .matcher(list)
                .results()
                .map(each -> each.group(1))
                .collect(Collectors.toSet());
    }

    @Test
    void theStepsAreThoseThatArePlannedAndThoseThatEachTargetCanDo() {
        Set<String> planned =
                listed(
                        "services/data-readiness/src/main/java/dev/remit/readiness/domain/Plan.java",
                        "STEPS\\s*=\\s*Set\\.of\\(([^)]*)\\)");
        assertThat(
                        Stream.of(Vocabulary.STEPS, Vocabulary.BY_HAND)
                                .flatMap(each -> each.values().stream())
                                .flatMap(Set::stream)
                                .collect(Collectors.toSet()))
                .isEqualTo(planned);
        String abilities = "abilities\\(\\) \\{\\s*return Set\\.of\\(([^)]*)\\)";
        assertThat(Vocabulary.STEPS.get("keycloak"))
                .isEqualTo(listed(EXECUTOR + "keycloak/KeycloakTarget.java", abilities));
        assertThat(Vocabulary.STEPS.get("scim"))
                .isEqualTo(listed(EXECUTOR + "scim/ScimTarget.java", abilities));
        assertThat(Vocabulary.BY_HAND.get("keycloak"))
                .isEqualTo(
                        listed(
                                EXECUTOR + "keycloak/KeycloakTarget.java",
                                "readable\\(\\) \\{\\s*return Set\\.of\\(([^)]*)\\)"));
    }

    @Test
    void theOppositesAreThoseThatReadinessPlans() {
        Matcher pairs =
                Pattern.compile("\"([a-z-]+)\",\\s+\"([a-z-]+)\"")
                        .matcher(
                                found(
                                                "services/data-readiness/src/main/java/dev/remit/readiness/domain/Plan.java",
                                                "OPPOSITES\\s*=\\s*Map\\.of\\(([^)]*)\\)")
                                        .iterator()
                                        .next());
        assertThat(
                        pairs.results()
                                .collect(
                                        Collectors.toMap(
                                                each -> each.group(1), each -> each.group(2))))
                .isEqualTo(Vocabulary.OPPOSITES);
    }

    @Test
    void whatIsCorroboratedIsWhatTheLedgerLooksForInTheTargetsOwnFeed() {
        String cases =
                found(
                                "services/evidence-ledger/src/main/java/dev/remit/ledger/adapter/kafka/Stories.java",
                                "(?s)Story\\.Trace> traces\\(byte\\[\\] plan\\) \\{(.*?)default ->")
                        .iterator()
                        .next();
        assertThat(Vocabulary.SHOWN)
                .isEqualTo(
                        Pattern.compile("\"([a-z]+(?:-[a-z]+)+)\"")
                                .matcher(cases)
                                .results()
                                .map(each -> each.group(1))
                                .collect(Collectors.toSet()));
    }

    @Test
    void theFactsAreThoseThatReadinessJudges() {
        assertThat(Vocabulary.FACTS)
                .isEqualTo(
                        found(
                                "services/data-readiness/src/main/java/dev/remit/readiness/domain/Judgement.java",
                                "String (?:ACCOUNT|EXISTS|MANAGER|FRESH) = \"([^\"]+)\""));
    }

    @Test
    void whatCanBeAskedForIsWhatReadinessTakes() {
        String judgement =
                "services/data-readiness/src/main/java/dev/remit/readiness/domain/Judgement.java";
        assertThat(names(Vocabulary.ASKABLE))
                .isEqualTo(found(judgement, "ASKABLE\\s*=\\s*Set\\.of\\(([^)]*)\\)"));
    }

    /** As readiness names them in its own list. */
    private static Set<String> names(Set<String> facts) {
        Map<String, String> constants =
                Map.of("account.correlated", "ACCOUNT", "manager.active", "MANAGER");
        return Set.of(
                facts.stream().sorted().map(constants::get).collect(Collectors.joining(", ")));
    }

    @Test
    void theProofsAreThoseThatTheLedgerDecides() {
        String by = "(?:Stream.of\\()?[a-zA-Z.]+\\(story[,)]";
        String closure =
                "services/evidence-ledger/src/main/java/dev/remit/ledger/domain/Closure.java";
        Set<String> decided = new HashSet<>(found(closure, "case \"([a-z][a-z.-]+)\" -> " + by));
        assertThat(found(closure, "case ([A-Z_]+) -> " + by))
                .containsExactlyInAnyOrder("CORROBORATED", "GRANT_ENDED", "REVIEWED");
        decided.addAll(
                List.of(Vocabulary.CORROBORATED, Vocabulary.GRANT_ENDED, Vocabulary.REVIEWED));
        assertThat(Vocabulary.PROOFS).isEqualTo(decided);
    }
}
