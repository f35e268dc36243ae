package dev.remit.charter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulationTest {
    private static final Facts RECORDED =
            Facts.NONE
                    .withChange(
                            new Facts.Change(
                                    "leaver-offboarding",
                                    "offboard",
                                    "keycloak:acme",
                                    "E1002",
                                    "left",
                                    "OWN"))
                    .withReadiness(
                            new Facts.Readiness(
                                    "READY",
                                    Map.of(
                                            "account.correlated", "PRESENT",
                                            "manager.active", "PRESENT",
                                            "source.fresh", "PRESENT")));

    private static Simulation.Course course(String text) {
        return Simulation.of(Shipped.read(text).charter(), RECORDED, new Conditions());
    }

    private static String changed(String from, String to) {
        assertThat(Shipped.leaver()).contains(from);
        return Shipped.leaver().replace(from, to);
    }

    private static java.util.List<String> differences(String from, String to) {
        return course(Shipped.leaver()).differences(course(changed(from, to)));
    }

    @Test
    void whatDoesNotMatterForAChangeIsNoDifference() {
        assertThat(differences("version: \"3\"", "version: \"4\"")).isEmpty();
        assertThat(differences("event: LEFT", "event: MOVED")).isEmpty();
    }

    @Test
    void eachDifferenceSaysWhatWasAndWhatWouldBe() {
        assertThat(differences("mode: OWN", "mode: ASSIST")).containsExactly("mode: OWN -> ASSIST");
        assertThat(differences("- name: offboard", "- name: leave"))
                .contains("domain: inside -> outside: offboard on keycloak:acme");
        assertThat(
                        differences(
                                "        resolver: manager",
                                "        when: change.reason == 'dismissed'\n        resolver: manager"))
                .containsExactly("stage manager: 1 of MANAGER -> passed over");
        assertThat(
                        differences(
                                "        resolver: manager",
                                "        when: subject.enabled\n        resolver: manager"))
                .containsExactly(
                        "stage manager: 1 of MANAGER -> held: it looks at what is not known");
        assertThat(
                        differences(
                                "    systems: [\"keycloak:acme\"]",
                                "    systems: [\"keycloak:acme\"]\n    subject: subject.enabled"))
                .containsExactly(
                        "domain: inside -> unknown: subject.enabled: it looks at what is not known");
    }

    /** Each member of the form that a change may be about, and under which word it shows. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "domain | offboard | systems: [\"keycloak:acme\"] | systems: [\"keycloak:other\"]",
                "domain | offboard | subject: \"subject.enabled\" | subject: \"!subject.enabled\"",
                "domain | offboard | resource: \"resource.kind | resource: \"resource.id",
                "domain | offboard | name: offboard | name: leave",
                "mode | offboard | mode: OWN | mode: ASSIST",
                "steps | offboard | steps: [disable-account] | steps: [end-sessions]",
                "taken back | offboard | reversibility: REVERSIBLE | reversibility: COMPENSABLE",
                "taken back | move | set-manager: stays | set-manager: set-manager",
                "of | grant | id: g-1 | id: g-9",
                "of | grant | path: /emergency | path: /root",
                "of | grant | for: PT4H | for: PT9H",
                "of | move | id: g-2 | id: g-9",
                "of | move | owner: W-8 | owner: W-9",
                "of | move | path: /sales | path: /root",
                "of | move | id: g-3 | id: g-9",
                "of | move | path: /support | path: /root",
                "of | move | manager: W-7 | manager: W-8",
                "proposers | move | copilots: [helper]\\n | copilots: [other]\\n",
                "proposers | offboard | roles: [proposer] | roles: [operator]",
                "proposers | offboard | copilots: [helper, other] | copilots: [other]",
                "proposers | offboard | id: a-clerk | id: another",
                "proposers | offboard | principal: a-owner | principal: another",
                "limits | offboard | changesPerHour: 50 | changesPerHour: 51",
                "limits | offboard | shareOfPopulation: 0.02 | shareOfPopulation: 0.03",
                "protected | offboard | protectedEntitlements: [\"/admins\"] | protectedEntitlements: []",
                "track record | offboard | within: P30D | within: P31D",
                "track record | offboard | failures: 2 | failures: 3",
                "track record | offboard | compensations: 1 | compensations: 2",
                "track record | offboard | overrides: 0 | overrides: 1",
                "track record | offboard | refusedClosures: 5 | refusedClosures: 6",
                "readiness | offboard | name: account.correlated | name: account.found",
                "terms of fact source.fresh | offboard | maxAge: PT2M | maxAge: PT3M",
                "terms of fact source.fresh | offboard | onGap: { halt: true } | onGap: { hold: PT1H }",
                "terms of fact manager.active | offboard | minShare: 0.9 | minShare: 0.8",
                "terms of fact manager.active | offboard | agreesWith: [\"scim:payroll\"] | agreesWith: [\"scim:other\"]",
                "terms of fact manager.active | offboard | enrichFrom: [\"scim:hr\"] | enrichFrom: [\"scim:other\"]",
                "terms of fact manager.active | offboard | ask: [hr-clerk] | ask: [operator]",
                "terms of fact manager.active | offboard | hold: PT8H | hold: PT9H",
                "terms of fact account.correlated | offboard | ask: [operator] | ask: [admin]",
                "terms of fact account.correlated | offboard | for: PT48H | for: PT49H",
                "approvers hold | offboard | role: approver\\n | role: boss\\n",
                "stage manager | offboard | name: manager\\n | name: the-manager\\n",
                "stage manager | offboard | resolver: manager\\n        quorum: 1 | resolver: manager\\n        quorum: 2",
                "terms of stage manager | offboard | expiresAfter: PT48H | expiresAfter: PT49H",
                "terms of stage owners | offboard | alongside: true | alongside: false",
                "stage owners | offboard | risk > 50 | risk > 60",
                "terms of stage owners | offboard | denyShare: 0.25 | denyShare: 0.5",
                "terms of stage owners | offboard | reason: required | reason: optional",
                "terms of stage owners | offboard | acr: \"2\", maxAge | acr: \"3\", maxAge",
                "terms of stage owners | offboard | maxAge: PT5M | maxAge: PT6M",
                "terms of stage owners | offboard | within: PT16H | within: PT17H",
                "terms of stage owners | offboard | deadline: { within: PT16H, calendar: berlin } | expiresAfter: PT16H",
                "terms of stage owners | offboard | reminders: [PT4H] | reminders: [PT5H]",
                "terms of stage owners | offboard | after: PT8H | after: PT9H",
                "terms of stage owners | offboard | group: /security-leads | group: /leads",
                "terms of stage owners | offboard | outcome: escalate | outcome: halt",
                "terms of stage owners | offboard | bulk: false | bulk: true",
                "terms of stage owners | offboard | zone: Europe/Berlin, days | zone: Europe/Paris, days",
                "terms of stage owners | offboard | days: [MONDAY, FRIDAY] | days: [MONDAY]",
                "terms of stage owners | offboard | from: \"09:00\" | from: \"08:00\"",
                "terms of stage owners | offboard | to: \"17:00\" | to: \"18:00\"",
                "terms of stage owners | offboard | holidays: [\"2026-12-25\"] | holidays: []",
                "terms of stage owners | offboard | rotation: [a-one, a-two] | rotation: [a-two]",
                "terms of stage office | offboard | denyQuorum: 2 | denyQuorum: 1",
                "stage office | offboard | group: /office | group: /other",
                "stage rule | offboard | name: low-risk | name: any-risk",
                "stage rule | offboard | name: low-risk, version: \"1\" | name: low-risk, version: \"2\"",
                "stage rule | offboard | verdicts: [READY] | verdicts: [ENRICHED]",
                "terms of stage boss | offboard | passkey: required | acr: \"9\"",
                "review | offboard | group: /auditors | group: /others",
                "review | offboard | within: PT40H | within: PT41H",
                "review | offboard | reminders: [PT20H] | reminders: [PT21H]",
                "review | offboard | after: PT30H | after: PT31H",
                "duty apart | offboard | apart: [proposer, approver] | apart: [subject, approver]",
                "duty toxic | offboard | toxic: [/payments-create | toxic: [/payments-other",
                "duty toxic | offboard | subject: w-9 | subject: w-8",
                "duty toxic | offboard | control: \"reviewed each month\" | control: \"none\"",
                "duty toxic | offboard | until: 2026-06-30 | until: 2026-07-30",
                "duty trained | offboard | when: [/root] | when: [/other]",
                "duty trained | offboard | mustHold: [/trained] | mustHold: [/other]",
                "duty apart | offboard | rule: apart, version: \"1\" | rule: apart, version: \"2\"",
                "duty apart | offboard | version: \"1\", owner: a-owner, source: SOX, apart | version: \"1\", owner: b, source: SOX, apart",
                "duty apart | offboard | source: SOX, apart | source: HIPAA, apart",
                "authorization | offboard | authorizationExpiresAfter: PT1H | authorizationExpiresAfter: PT2H",
                "proof | offboard | proof: [readiness.fit, | proof: [",
                "evidence | offboard | retention: P400D | retention: P500D"
            })
    void everyMemberThatAChangeIsAboutShows(String word, String action, String from, String to) {
        String before = CharterReaderTest.WHOLE;
        String was = from.replace("\\n", "\n");
        assertThat(before).contains(was);
        int at = before.indexOf(was);
        String after =
                before.substring(0, at)
                        + to.replace("\\n", "\n")
                        + before.substring(at + was.length());
        Facts facts =
                RECORDED.withChange(
                                new Facts.Change(
                                        "whole", action, "keycloak:acme", "E1002", "left", "OWN"))
                        .withRisk(55);
        Conditions conditions = new Conditions();
        assertThat(
                        Simulation.of(Shipped.read(before).charter(), facts, conditions)
                                .differences(
                                        Simulation.of(
                                                Shipped.read(after).charter(), facts, conditions)))
                .as("%s", after)
                .anyMatch(each -> each.startsWith(word + ": "));
    }

    @Test
    void aFactThatWasNotJudgedThenIsSaid() {
        Facts before =
                RECORDED.withReadiness(
                        new Facts.Readiness("HELD", Map.of("account.correlated", "PRESENT")));
        assertThat(
                        Simulation.of(
                                        Shipped.read(Shipped.leaver()).charter(),
                                        before,
                                        new Conditions())
                                .words())
                .containsEntry(
                        "readiness", "manager.active was not judged, source.fresh was not judged");
    }
}
