package dev.remit.charter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DifferenceTest {
    private static final String TEXT = CharterReaderTest.WHOLE;

    @Test
    void aCharterDoesNotDifferFromItself() {
        Charter charter = Shipped.read(TEXT).charter();
        assertThat(Difference.between(charter, charter)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "EASIER | systems: [\"keycloak:acme\"] | systems: [\"keycloak:acme\", \"scim:hr\"] | /spec/domain/systems",
                "EASIER | quorum: 1 | share: 0.1 | /spec/approval/stages/manager/quorum",
                "EASIER | share: 0.5 | share: 0.4 | /spec/approval/stages/owners/quorum",
                "EASIER | denyShare: 0.25 | denyShare: 0.75 | /spec/approval/stages/owners/denyQuorum",
                "EASIER | { role: approver } | { role: approver }\\n          - { role: everybody } | /spec/approval/stages/owners/resolvers",
                "EASIER | filter: \"reviewer.enabled\" | bulk: false | /spec/approval/stages/owners/filter",
                "EASIER | resolver: manager | when: \"risk > 1\", resolver: manager | /spec/approval/stages/manager/when",
                "EASIER | reason: required | reason: optional | /spec/approval/stages/owners/reason",
                "EASIER | failures: 2 | failures: 3 | /spec/trackRecord/failures",
                "EASIER | compensations: 1, overrides: 0 | overrides: 0 | /spec/trackRecord/compensations",
                "EASIER | changesPerHour: 50 | changesPerHour: 51 | /spec/domain/blastRadius/changesPerHour",
                "EASIER | maxAge: PT2M | maxAge: PT3M | /spec/readiness/facts/source.fresh/maxAge",
                "EASIER | minShare: 0.9 | minShare: 0.8 | /spec/readiness/facts/manager.active/minShare",
                "HARDER | minShare: 0.9 | minShare: 1 | /spec/readiness/facts/manager.active/minShare",
                "EASIER | onGap: { halt: true } | onGap: { hold: PT1H } | /spec/readiness/facts/source.fresh/onGap/halt",
                "HARDER | onGap: { enrichFrom: [\"scim:hr\"], | onGap: { | /spec/readiness/facts/manager.active/onGap/enrichFrom",
                "EASIER | ask: [hr-clerk] | ask: [hr-clerk, operator] | /spec/readiness/facts/manager.active/onGap/ask",
                "OTHER | ask: [hr-clerk], hold | hold | /spec/readiness/facts/manager.active/onGap/ask",
                "EASIER | hold: PT8H | hold: PT9H | /spec/readiness/facts/manager.active/onGap/hold",
                "HARDER | agreesWith: [\"scim:payroll\"] | agreesWith: [\"scim:payroll\", \"scim:b\"] | /spec/readiness/facts/manager.active/agreesWith",
                "EASIER | [readiness.fit, read-back.matches] | [readiness.fit] | /spec/proof",
                "EASIER | protectedEntitlements: [\"/admins\"] | protectedEntitlements: [] | /spec/domain/protectedEntitlements",
                "EASIER | rule: toxic | rule: other | /spec/separationOfDuties/toxic",
                "HARDER | copilots: [helper, other] | copilots: none | /spec/proposers/copilots",
                "HARDER | mode: OWN | copilots: [helper], mode: OWN | /spec/domain/actions/offboard/copilots",
                "EASIER | retention: P400D | retention: P399D | /spec/retention",
                "HARDER | rule: toxic | rule: other | /spec/separationOfDuties/other",
                "HARDER | mode: OWN | mode: ASSIST | /spec/domain/actions/offboard/mode",
                "HARDER | authorizationExpiresAfter: PT1H | authorizationExpiresAfter: PT30M | /spec/execution/authorizationExpiresAfter",
                "HARDER | name: owners | name: bosses | /spec/approval/stages/bosses",
                "OTHER | [disable-account], rev | [disable-account], compensation: { disable-account: stays }, rev | /spec/domain/actions/offboard/compensation",
                "OTHER | version: \"2\" | version: \"3\" | /metadata/version",
                "OTHER | owner: W-8 | owner: W-9 | /spec/domain/actions/move/owner",
                "OTHER | risk > 50 | risk > 60 | /spec/approval/stages/owners/when",
                "OTHER | outcome: escalate | outcome: halt | /spec/approval/stages/owners/outcome",
                "OTHER | { role: approver } | { role: x } | /spec/approval/stages/owners/resolvers",
                "OTHER | start: 2026-01-05 | start: 2026-01-12 | /spec/approval/onCall/primary/start",
                "OTHER | handover: \"08:30\" | handover: \"09:30\" | /spec/approval/onCall/primary/handover",
                "OTHER | every: P7D | every: P14D | /spec/approval/onCall/primary/every",
                "OTHER | SOX, apart | PCI, apart | /spec/separationOfDuties/apart/source"
            })
    void aDifferenceSaysWhatItMeans(String effect, String good, String bad, String path) {
        String changed =
                TEXT.replaceFirst(
                        java.util.regex.Pattern.quote(good),
                        java.util.regex.Matcher.quoteReplacement(
                                bad.replace("\\n", "\n")
                                        .replace(
                                                "when: \"risk > 1\", ",
                                                "when: \"risk > 1\"\n        ")));
        String text =
                effect.equals("EASIER") && bad.startsWith("bulk")
                        ? changed.replaceFirst("\n        bulk: false\n", "\n")
                        : changed;
        assertThat(Difference.between(Shipped.read(TEXT).charter(), Shipped.read(text).charter()))
                .anySatisfy(each -> {
                    assertThat(each.path()).isEqualTo(path);
                    if (!good.startsWith("quorum")) {
                        assertThat(each.effect().name()).isEqualTo(effect);
                    }
                });
    }

    /** Of fewer people a share is fewer approvals: nobody can say that it is harder. */
    @Test
    void whoAsksFewerForAShareMakesItOther() {
        String without = TEXT.replace("        filter: \"reviewer.enabled\"\n", "");
        assertThat(without).isNotEqualTo(TEXT);
        assertThat(effects(without, TEXT, "owners/filter"))
                .containsExactly(Difference.Effect.OTHER);
        String counted = "share: 0.5\n        denyShare: 0.25";
        assertThat(
                        effects(
                                without.replace(counted, "quorum: 1"),
                                TEXT.replace(counted, "quorum: 1"),
                                "owners/filter"))
                .containsExactly(Difference.Effect.HARDER);
    }

    @Test
    void whatOpensChangesByItselfIsEasierAndWhatNoLongerDoesIsHarder() {
        String orphan =
                "  triggers: [ { event: ORPHAN_FOUND, after: P7D, action: offboard, target: \"keycloak:acme\" } ]\n";
        String without = TEXT.replaceFirst("(?sm)^  triggers:.*?(?=^  readiness:)", "");
        assertThat(without).isNotEqualTo(TEXT);
        String with = without.replaceFirst("(?m)^  readiness:", orphan + "  readiness:");
        assertThat(with).isNotEqualTo(without);
        assertThat(effects(without, with, "")).containsExactly(Difference.Effect.EASIER);
        assertThat(effects(with, without, "")).containsExactly(Difference.Effect.HARDER);
        assertThat(effects(with, with.replace("P7D, action", "P1D, action"), ""))
                .containsExactly(Difference.Effect.OTHER);
    }

    /** What is harder is told once, by the rule that judges it. */
    @Test
    void whatIsJudgedIsNotReportedAgain() {
        assertThat(effects(TEXT, TEXT.replace("share: 0.5", "share: 0.6"), ""))
                .containsExactly(Difference.Effect.HARDER);
        assertThat(effects(TEXT, TEXT.replace("expiresAfter: PT48H", "expiresAfter: PT47H"), ""))
                .containsExactly(Difference.Effect.HARDER);
    }

    private static java.util.List<Difference.Effect> effects(
            String before, String after, String path) {
        return Difference.between(Shipped.read(before).charter(), Shipped.read(after).charter())
                .stream()
                .filter(each -> each.path().endsWith(path))
                .map(Difference::effect)
                .toList();
    }

    @Test
    void whatMakesAChangeEasierStandsFirst() {
        assertThat(
                        Difference.between(
                                        Shipped.read(TEXT).charter(),
                                        Shipped.read(
                                                        TEXT.replace(
                                                                        "version: \"2\"",
                                                                        "version: \"3\"")
                                                                .replace(
                                                                        "share: 0.5", "share: 0.1"))
                                                .charter())
                                .getFirst())
                .hasToString(
                        "EASIER  /spec/approval/stages/owners/quorum: 0.5 of those asked before, 0.1 of those asked now");
    }
}
