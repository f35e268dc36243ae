package dev.remit.charter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LintTest {
    private static final Optional<Instant> NOW = Optional.of(Instant.parse("2026-03-01T00:00:00Z"));

    /** Nothing is wrong with it. */
    private static final String SOUND =
            """
            apiVersion: remit.dev/v1
            kind: Charter
            metadata: { name: sound, version: "1", owner: a-owner, sunset: 2027-01-01, effective: { until: 2027-01-01 } }
            spec:
              domain:
                systems: ["keycloak:acme"]
                subject: "subject.enabled"
                actions:
                  - { name: offboard, mode: OWN, reversibility: REVERSIBLE, steps: [disable-account] }
                  - { name: rehire, mode: ASSIST, steps: [disable-account] }
                blastRadius: { changesPerHour: 20 }
                protectedEntitlements: [/admins]
              proposers: { roles: [proposer], copilots: [helper], digitalEmployee: { id: a-clerk, principal: a-owner } }
              trackRecord: { within: P30D, failures: 2, overrides: 5 }
              trigger: { source: hr, event: LEFT, action: offboard, target: "keycloak:acme" }
              readiness:
                facts: [ { name: account.correlated }, { name: source.fresh, maxAge: PT2M } ]
                hold: { ask: [operator], for: PT48H }
              approval:
                role: approver
                stages:
                  - { name: manager, resolver: manager, quorum: 1, expiresAfter: PT48H }
                  - name: named
                    when: "change.action == 'offboard' && risk > 10"
                    filter: "reviewer.enabled"
                    resolvers: [ { named: [a-one, a-two] }, { onCall: primary } ]
                    quorum: 2
                    denyQuorum: 1
                    expiresAfter: PT48H
                    reminders: [PT4H]
                    escalation: [ { after: PT8H, to: [ { group: /leads } ] }, { after: PT9H, to: [ { group: /heads } ] } ]
                    outcome: escalate
                  - name: office
                    resolver: group
                    group: /office
                    quorum: 1
                    deadline: { within: PT16H, calendar: berlin }
                calendars: { berlin: { zone: Europe/Berlin, days: [MONDAY], from: "09:00", to: "17:00" } }
                onCall: { primary: { zone: Europe/Berlin, rotation: [a-three] } }
              separationOfDuties:
                - { rule: apart, version: "1", owner: a-owner, source: SOX, apart: [proposer, approver] }
                - { rule: toxic, version: "1", owner: a-owner, source: SOX, toxic: [/a, /b],
                    exceptions: [ { subject: w-9, control: reviewed, owner: a-owner, until: 2026-06-30 } ] }
              execution: { authorizationExpiresAfter: PT1H }
              proof: [readiness.fit, approvals.complete, read-back.matches, activity.corroborated]
              retention: P400D
            """;

    static List<Path> shipped() {
        return Shipped.files();
    }

    private static List<Finding> lint(String text) {
        return Lint.of(Shipped.read(text), NOW);
    }

    @Test
    void aSoundCharterHasNoFindings() {
        assertThat(lint(SOUND)).filteredOn(LintTest::isNotEscalation).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"entitlement", "application"})
    void whoAnswersForWhatNoSystemTellsOfIsNotAsked(String what) {
        String text = planted(SOUND, "{ onCall: primary }", "{ owner: " + what + " }");
        assertThat(lint(text.replace("keycloak:acme", "scim:acme")))
                .filteredOn(each -> each.code().equals("OWNER_NEVER_KNOWN"))
                .singleElement()
                .extracting(Finding::path)
                .isEqualTo("/spec/approval/stages/1/resolvers/1/owner");
    }

    @ParameterizedTest
    @ValueSource(strings = {"account", "nhi", "resource", "entitlement", "application"})
    void whoAnswersForWhatTheSystemsTellOfIsAsked(String what) {
        assertThat(lint(planted(SOUND, "{ onCall: primary }", "{ owner: " + what + " }")))
                .extracting(Finding::code)
                .doesNotContain("OWNER_NEVER_KNOWN");
    }

    @Test
    void aStageThatNamesNobodyToEscalateToIsSaid() {
        assertThat(lint(SOUND))
                .extracting(each -> each.code() + " " + each.path())
                .containsExactly(
                        "ESCALATION_MISSING /spec/approval/stages/0",
                        "ESCALATION_MISSING /spec/approval/stages/2");
    }

    /** Two stages of the sound one have no escalation: that is said of them each time. */
    private static boolean isNotEscalation(Finding finding) {
        return !finding.code().equals("ESCALATION_MISSING");
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void noShippedCharterHasAnError(Path file) {
        assertThat(lint(Shipped.text(file))).filteredOn(Finding::stops).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "QUORUM_UNREACHABLE | quorum: 2 | quorum: 9, escalation: [] | -",
                "QUORUM_UNREACHABLE | resolver: manager, quorum: 1 | resolver: manager, quorum: 2 | /spec/approval/stages/0/quorum",
                "QUORUM_UNREACHABLE | resolver: group\\n        group: /office | resolver: manager | /spec/approval/stages/2",
                "QUORUM_UNREACHABLE | resolver: group\\n        group: /office | resolvers: [ { previousApprovers: manager } ] | /spec/approval/stages/2/quorum",
                "QUORUM_UNREACHABLE | resolver: manager, quorum: 1 | resolver: policy, policy: { name: r, version: \"1\", verdicts: [READY] }, quorum: 2 | /spec/approval/stages/0/quorum",
                "DENIAL_UNREACHABLE | denyQuorum: 1 | denyQuorum: 4 | /spec/approval/stages/1/denyQuorum",
                "CONDITION_INVALID | risk > 10 | rsk > 10 | /spec/approval/stages/1/when",
                "CONDITION_INVALID | risk > 10 | risk > 'x' | /spec/approval/stages/1/when",
                "CONDITION_INVALID | reviewer.enabled | reviewer.enabeld | /spec/approval/stages/1/filter",
                "CONDITION_NEVER_TRUE | risk > 10 | risk > 100 | /spec/approval/stages/1/when",
                "CONDITION_NEVER_TRUE | risk > 10 | change.action != 'offboard' | /spec/approval/stages/1/when",
                "CONDITION_NEVER_TRUE | action == 'offboard' && risk > 10 | action == 'ofboard' | /spec/approval/stages/1/when",
                "CONDITION_NEVER_TRUE | reviewer.enabled | reviewer.enabled && !reviewer.enabled | /spec/approval/stages/1/filter",
                "CONDITION_NEVER_TRUE | subject.enabled | false && subject.enabled | /spec/domain/subject",
                "CONDITION_NEVER_TRUE | risk > 10 | (risk > 50 ? risk : 3) == 7 && readiness.verdict == 'HELD' | /spec/approval/stages/1/when",
                "CONDITION_NEVER_TRUE | subject.enabled | resource.kind == 'secret' | /spec/domain/subject",
                "CONDITION_NEVER_KNOWN | subject.enabled | subject.enabled && resource.owner == 'a-owner' | /spec/domain/subject",
                "CONDITION_NEVER_KNOWN | subject: \"subject.enabled\" | resource: \"change.reason.startsWith('a')\" | /spec/domain/resource",
                "CONDITION_ALWAYS_TRUE | subject.enabled | true | /spec/domain/subject",
                "PROOF_NEVER_PRODUCED | proof: [readiness.fit | proof: [readiness.fine | /spec/proof/0",
                "PROOF_NEVER_PRODUCED | systems: [\"keycloak:acme\"] | systems: [\"keycloak:acme\", \"scim:hr\"] | /spec/proof/3",
                "PROOF_NEVER_PRODUCED | mode: ASSIST, steps: [disable-account] | mode: ASSIST, steps: [end-sessions] | /spec/proof/3",
                "TRACK_RECORD_WITHOUT_OWN | mode: OWN | mode: ASSIST | /spec/trackRecord",
                "OWN_WITHOUT_LIMIT | { changesPerHour: 20 } | {} | /spec/domain/actions/0/mode",
                "OWN_WITHOUT_LIMIT | changesPerHour: 20 | shareOfPopulation: 1 | /spec/domain/actions/0/mode",
                "OWN_WITHOUT_TRACK_RECORD | trackRecord: { within: P30D, failures: 2, overrides: 5 }\\n | \\n | /spec/domain/actions/0/mode",
                "OWN_WITHOUT_READ_BACK | read-back.matches, | | /spec/domain/actions/0/mode",
                "STEP_UNKNOWN | steps: [disable-account] } | steps: [burn-account] } | /spec/domain/actions/0/steps/0",
                "STEP_UNKNOWN | steps: [disable-account] } | steps: [rotate-secret] } | /spec/domain/actions/0/steps/0",
                "STEP_INCOMPLETE | steps: [disable-account] } | steps: [leave-group] } | /spec/domain/actions/0/steps/0",
                "ACTION_MEMBER_UNUSED | steps: [disable-account] } | steps: [disable-account], manager: E-9 } | /spec/domain/actions/0/manager",
                "OWN_WITHOUT_COMPENSATION | steps: [disable-account] } | steps: [disable-account, leave-groups] } | /spec/domain/actions/0/steps/0",
                "OWN_WITHOUT_COMPENSATION | steps: [disable-account] } | steps: [disable-account, end-sessions] } | /spec/domain/actions/0/steps/0",
                "OWN_WITHOUT_COMPENSATION | steps: [disable-account] } | steps: [end-sessions, leave-groups, disable-account], compensation: { disable-account: enable-account } } | /spec/domain/actions/0/steps/1",
                "OWN_WITHOUT_COMPENSATION | REVERSIBLE, steps: [disable-account] } | COMPENSABLE, steps: [disable-account] } | /spec/domain/actions/0/reversibility",
                "OWN_WITHOUT_COMPENSATION | REVERSIBLE, steps: [disable-account] } | COMPENSABLE, steps: [disable-account], compensation: { disable-account: stays } } | /spec/domain/actions/0/reversibility",
                "OWN_WITHOUT_REVERSIBILITY | reversibility: REVERSIBLE, | | /spec/domain/actions/0/mode",
                "REVERSIBILITY_TOO_WIDE | steps: [disable-account] } | steps: [delete-account] } | /spec/domain/actions/0/reversibility",
                "COMPENSATION_WITHOUT_STEP | steps: [disable-account] } | steps: [disable-account], compensation: { leave-groups: join-groups } } | /spec/domain/actions/0/compensation/leave-groups",
                "COMPENSATION_UNKNOWN | steps: [disable-account] } | steps: [disable-account], compensation: { disable-account: join-groups } } | /spec/domain/actions/0/compensation/disable-account",
                "COMPENSATION_UNKNOWN | steps: [disable-account] } | steps: [disable-account], compensation: { disable-account: call-the-bank } } | /spec/domain/actions/0/compensation/disable-account",
                "GRANT_MISSING | steps: [disable-account] } | steps: [join-group, leave-group-at-expiry] } | -",
                "GRANT_STEPS | steps: [disable-account] } | steps: [join-group], grant: { group: { id: g-1, path: /e }, for: PT4H } } | -",
                "GRANT_STEPS | steps: [disable-account] } | steps: [leave-group-at-expiry, join-group], grant: { group: { id: g-1, path: /e }, for: PT4H } } | -",
                "GRANT_STEPS | steps: [disable-account] } | steps: [join-group, leave-group-at-expiry, end-sessions], grant: { group: { id: g-1, path: /e }, for: PT4H } } | -",
                "GRANT_WITHOUT_PROOF | steps: [disable-account] } | steps: [join-group, leave-group-at-expiry], grant: { group: { id: g-1, path: /e }, for: PT4H } } | /spec/proof",
                "PROOF_NEVER_PRODUCED | proof: [readiness.fit | proof: [grant.ended, readiness.fit | /spec/proof/0",
                "PROOF_NEVER_PRODUCED | proof: [readiness.fit | proof: [review.closed, readiness.fit | /spec/proof/0",
                "REVIEW_WITHOUT_PROOF | role: approver | role: approver\\n    review: { resolvers: [ { group: /a } ], expiresAfter: PT24H, escalation: [ { after: PT20H, to: [ { group: /b } ] } ] } | /spec/proof",
                "NAME_UNDEFINED | role: approver | role: approver\\n    review: { resolvers: [ { onCall: nobody } ], expiresAfter: PT24H, escalation: [ { after: PT20H, to: [ { group: /b } ] } ] } | /spec/approval/review/resolvers/0/onCall",
                "NEVER_HAPPENS | role: approver | role: approver\\n    review: { resolvers: [ { group: /a } ], expiresAfter: PT24H, escalation: [ { after: PT25H, to: [ { group: /b } ] } ] } | /spec/approval/review/escalation/0/after",
                "FACT_UNKNOWN | account.correlated | account.found | /spec/readiness/facts/0/name",
                "FACT_WITHOUT_AGE | source.fresh, maxAge: PT2M | source.fresh | /spec/readiness/facts/1/maxAge",
                "THRESHOLD_IMPOSSIBLE | maxAge: PT2M | maxAge: PT2M, minShare: 0.9 | /spec/readiness/facts/1/minShare",
                "GAP_UNASKABLE | maxAge: PT2M | maxAge: PT2M, onGap: { ask: [operator] } | /spec/readiness/facts/1/onGap/ask",
                "THRESHOLD_IMPOSSIBLE | account.correlated | account.exists, minShare: 0.9 | -",
                "GAP_UNASKABLE | account.correlated | account.exists, onGap: { ask: [operator] } | -",
                "FACT_NEVER_HOLDS | trigger: { source: hr, event: LEFT | triggers: [ { event: ORPHAN_FOUND, action: rehire, target: \"keycloak:acme\" } ]\\n  trigger: { source: hr, event: LEFT | /spec/readiness/facts/0/name",
                "SOURCE_IMPOSSIBLE | maxAge: PT2M | maxAge: PT2M, onGap: { enrichFrom: [\"scim:hr\"] } | /spec/readiness/facts/1/onGap/enrichFrom/0",
                "SOURCE_IMPOSSIBLE | account.correlated | account.correlated, agreesWith: [\"scim:hr\"] | -",
                "SOURCE_UNREAD | account.correlated | manager.active, onGap: { enrichFrom: [\"ldap:old\"] } | -",
                "SOURCE_IS_TARGET | account.correlated | manager.active, onGap: { enrichFrom: [\"keycloak:acme\"] } | -",
                "WITNESS_OF_ITSELF | account.correlated | manager.active, agreesWith: [\"scim:hr\"], onGap: { enrichFrom: [\"scim:hr\"] } | -",
                "NAME_UNDEFINED | calendar: berlin | calendar: paris | /spec/approval/stages/2/deadline/calendar",
                "NAME_UNDEFINED | onCall: primary } | onCall: secondary } | /spec/approval/stages/1/resolvers/1/onCall",
                "NAME_UNDEFINED | { onCall: primary } | { previousApprovers: nowhere } | /spec/approval/stages/1/resolvers/1/previousApprovers",
                "RESOLVER_TWICE | resolver: group | resolvers: [ { role: approver } ]\\n        resolver: group | /spec/approval/stages/2/resolver",
                "DEADLINE_SHORT | within: PT16H | within: PT7H | /spec/approval/stages/2/deadline/within",
                "DEADLINE_SHORT | quorum: 1, expiresAfter: PT48H | quorum: 1, expiresAfter: PT1H | /spec/approval/stages/0/expiresAfter",
                "NEVER_HAPPENS | reminders: [PT4H] | reminders: [PT49H] | /spec/approval/stages/1/reminders/0",
                "NEVER_HAPPENS | after: PT9H | after: PT48H | /spec/approval/stages/1/escalation/1/after",
                "ESCALATION_OUT_OF_ORDER | after: PT9H | after: PT7H | /spec/approval/stages/1/escalation/1/after",
                "CALENDAR_EMPTY | to: \"17:00\" | to: \"08:00\" | /spec/approval/calendars/berlin",
                "SUNSET_PAST | sunset: 2027-01-01 | sunset: 2026-02-01 | /metadata/sunset",
                "NO_MORE_IN_FORCE | until: 2027-01-01 | until: 2026-02-01 | /metadata/effective/until",
                "NEVER_IN_FORCE | effective: { | effective: { from: 2028-01-01, | /metadata/effective/until",
                "NAME_TWICE | name: rehire | name: offboard | /spec/domain/actions/1",
                "NAME_TWICE | name: office | name: manager | /spec/approval/stages/2",
                "NAME_TWICE | rule: toxic | rule: apart | /spec/separationOfDuties/1",
                "TRIGGER_OUTSIDE_DOMAIN | action: offboard, | action: onboard, | /spec/trigger/action",
                "TRIGGER_OUTSIDE_DOMAIN | target: \"keycloak:acme\" | target: \"keycloak:other\" | /spec/trigger/target",
                "TRIGGER_TWICE | trigger: { source: hr, event: LEFT | triggers: [ { event: LEFT, action: rehire, target: \"keycloak:acme\" } ]\\n  trigger: { source: hr, event: LEFT | /spec/triggers/0/event",
                "TRIGGER_OUTSIDE_DOMAIN | trigger: { source: hr, event: LEFT | triggers: [ { event: OWNER_LEFT, action: transfer, target: \"keycloak:acme\" } ]\\n  trigger: { source: hr, event: LEFT | /spec/triggers/0/action",
                "TRIGGER_INCOMPLETE | trigger: { source: hr, event: LEFT | triggers: [ { event: CREDENTIAL_TOO_OLD, action: rehire, target: \"keycloak:acme\" } ]\\n  trigger: { source: hr, event: LEFT | /spec/triggers/0",
                "TRIGGER_INCOMPLETE | trigger: { source: hr, event: LEFT | triggers: [ { event: SCHEDULE, every: P30D, from: 2026-01-01, action: rehire, target: \"keycloak:acme\" } ]\\n  trigger: { source: hr, event: LEFT | /spec/triggers/0",
                "TRIGGER_MEMBER_UNUSED | trigger: { source: hr, event: LEFT | triggers: [ { event: OWNER_LEFT, after: P1D, action: rehire, target: \"keycloak:acme\" } ]\\n  trigger: { source: hr, event: LEFT | /spec/triggers/0/after",
                "SCHEDULE_TOO_DENSE | trigger: { source: hr, event: LEFT | triggers: [ { event: SCHEDULE, every: PT1M, from: 2026-01-01, subjects: [ { system: hr, id: E1 } ], action: rehire, target: \"keycloak:acme\" } ]\\n  trigger: { source: hr, event: LEFT | /spec/triggers/0/every",
                "COPILOT_OUTSIDE_CHARTER | mode: OWN | copilots: [gateway], mode: OWN | /spec/domain/actions/0/copilots",
                "EMPLOYEE_ITS_OWN_PRINCIPAL | principal: a-owner | principal: a-clerk | /spec/proposers/digitalEmployee/principal",
                "OWNER_NO_PERSON | owner: a-owner, sunset | owner: a-clerk, sunset | /metadata/owner",
                "PART_UNKNOWN | apart: [proposer, approver] | apart: [proposer, boss] | /spec/separationOfDuties/0/apart/1",
                "ENTITLEMENT_NEVER_SEEN | toxic: [/a, /b] | toxic: [/a, /b/] | /spec/separationOfDuties/1/toxic",
                "EXCEPTION_FOR_ITS_OWNER | subject: w-9 | subject: a-owner | /spec/separationOfDuties/1/exceptions/0/owner",
                "EXCEPTION_OVER | until: 2026-06-30 | until: 2026-02-27 | /spec/separationOfDuties/1/exceptions/0/until",
                "RETENTION_SHORT | retention: P400D | retention: P90D | /spec/retention"
            })
    void aPlantedFaultIsFoundWhereItStands(String code, String good, String bad, String path) {
        String text = planted(SOUND, good, bad);
        assertThat(lint(text))
                .as(text)
                .anySatisfy(finding -> {
                    assertThat(finding.code()).isEqualTo(code);
                    if (!path.equals("-")) {
                        assertThat(finding.path()).isEqualTo(path);
                        assertThat(text.split("\n", -1)[finding.line() - 1])
                                .contains(lastNamed(path));
                    }
                    assertThat(finding.remedy()).isNotBlank();
                });
    }

    /** The last member that a path names; it stands on the line, or on the one of a list. */
    private static String lastNamed(String path) {
        String[] steps = path.replaceAll("/[0-9]+$", "").split("/", -1);
        String last = steps[steps.length - 1];
        return switch (last) {
            case "stages" -> "name:";
            case "actions" -> "name:";
            case "maxAge" -> "source.fresh";
            case "separationOfDuties" -> "rule:";
            default -> last;
        };
    }

    private static String planted(String text, String good, String bad) {
        String from = good.replace("\\n", "\n");
        String to = bad == null ? "" : bad.replace("\\n", "\n");
        assertThat(text).contains(from);
        int at = text.indexOf(from);
        String planted = text.substring(0, at) + to + text.substring(at + from.length());
        return to.endsWith("escalation: []")
                ? text.replace(
                                "resolvers: [ { named: [a-one, a-two] }, { onCall: primary } ]",
                                "resolvers: [ { named: [a-one] } ]")
                        .replaceAll("(?m)^ +escalation: .*\n", "")
                : planted;
    }

    @Test
    void aRuleAloneMayNotApproveWhatIsProtectedNorWhatCannotBeUndone() {
        String rule =
                Shipped.leaver()
                        .replaceFirst(
                                "(?s)      - name: manager\n.*  execution:\n",
                                """
                                      - name: rule
                                        resolver: policy
                                        policy: { name: r, version: "1", verdicts: [READY] }
                                        quorum: 1
                                        expiresAfter: PT48H
                                  execution:
                                """);
        assertThat(lint(rule)).isEmpty();
        assertThat(lint(rule.replace("reversibility: REVERSIBLE", "reversibility: IRREVERSIBLE")))
                .extracting(Finding::code)
                .containsExactly("OWN_IRREVERSIBLE_WITHOUT_PERSON");
        assertThat(
                        lint(
                                rule.replace(
                                        "    actions:",
                                        "    protectedEntitlements: [/admins]\n    actions:")))
                .extracting(Finding::code)
                .contains("RULE_APPROVES_PROTECTED");
    }

    @Test
    void stepsThatAreTakenBackOrThatStayAsSaidAreFine() {
        for (String compensation :
                new String[] {"disable-account: enable-account", "disable-account: stays"}) {
            assertThat(
                            lint(
                                    SOUND.replaceFirst(
                                            "steps: \\[disable-account\\] }",
                                            "steps: [disable-account, end-sessions, leave-groups], compensation: { "
                                                    + compensation
                                                    + " } }")))
                    .filteredOn(LintTest::isNotEscalation)
                    .isEmpty();
        }
    }

    private static final String MAKING =
            SOUND.replace(
                            "mode: OWN, reversibility: REVERSIBLE, steps: [disable-account] }",
                            "mode: OWN, reversibility: REVERSIBLE, steps: [create-account, join-groups], groups: [ { id: g-1, path: /e } ],"
                                    + " account: { username: \"{worker}\", enabled: true, manager: true }, compensation: { create-account: delete-account } }")
                    .replace("{ name: account.correlated }", "{ name: manager.active }")
                    .replace(", activity.corroborated", "");

    @Test
    void anAccountMayBeMadeAndLetIntoItsGroups() {
        assertThat(lint(MAKING)).filteredOn(LintTest::isNotEscalation).isEmpty();
        assertThat(
                        lint(
                                MAKING.replace(", manager: true", "")
                                        .replace("\"keycloak:acme\"", "\"scim:acme\"")))
                .filteredOn(LintTest::isNotEscalation)
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CREATE_STEPS | [create-account, join-groups] | [join-groups, create-account] | /spec/domain/actions/0/steps/0",
                "CREATE_STEPS | [create-account, join-groups] | [create-account, join-groups, end-sessions] | /spec/domain/actions/0/steps/2",
                "CREATE_STEPS | [create-account, join-groups] | [create-account, create-account, join-groups] | /spec/domain/actions/0/steps/1",
                "CREATE_OF_KNOWN | { name: manager.active } | { name: account.correlated }, { name: manager.active } | /spec/readiness/facts/0/name",
                "CREATE_OF_KNOWN | { name: manager.active } | { name: manager.active }, { name: account.exists } | /spec/readiness/facts/1/name",
                "CREATE_WITHOUT_FRESH | { name: manager.active }, { name: source.fresh, maxAge: PT2M } | { name: manager.active } | /spec/readiness/facts",
                "CREATE_MANAGER | { name: manager.active }, { name: source | { name: source | /spec/domain/actions/0/account/manager",
                "CREATE_MANAGER | systems: [\"keycloak:acme\"] | systems: [\"keycloak:acme\", \"scim:hr\"] | /spec/domain/actions/0/account/manager",
                "STEP_INCOMPLETE | account: { username: \"{worker}\", enabled: true, manager: true }, | | /spec/domain/actions/0/steps/0",
                "OWN_WITHOUT_COMPENSATION | , compensation: { create-account: delete-account } | | /spec/domain/actions/0/steps/0",
                "COMPENSATION_UNKNOWN | create-account: delete-account | create-account: disable-account | /spec/domain/actions/0/compensation/create-account",
                "OWN_WITHOUT_READ_BACK | , read-back.matches | | /spec/domain/actions/0/mode",
            })
    void whatKeepsAnAccountFromBeingMadeSafelyIsSaid(
            String code, String good, String bad, String path) {
        assertThat(lint(planted(MAKING, good, bad)))
                .anySatisfy(finding -> {
                    assertThat(finding.code()).isEqualTo(code);
                    assertThat(finding.path()).isEqualTo(path);
                    assertThat(finding.stops()).isTrue();
                });
    }

    /** Of two workers each has a name of their own only if it holds their id. */
    @ParameterizedTest
    @ValueSource(
            strings = {"", "new.joiner", "{worker}{worker}", "{Worker}", "A{worker}", "{worker} x"})
    void aNameThatDoesNotHoldTheWorkerIdOnceIsNoneAnAccountIsGiven(String username) {
        assertThat(CharterReader.read("c", MAKING.replace("\"{worker}\"", '"' + username + '"')))
                .isInstanceOf(CharterReader.Read.Broken.class);
    }

    @Test
    void anAssistedActionMayNameWhatAPersonDoes() {
        assertThat(
                        lint(
                                SOUND.replace(
                                                "mode: ASSIST, steps: [disable-account]",
                                                "mode: ASSIST, steps: [call-the-bank]")
                                        .replace(", activity.corroborated", "")))
                .filteredOn(LintTest::isNotEscalation)
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.code()).isEqualTo("STEP_UNKNOWN");
                    assertThat(finding.stops()).isFalse();
                });
    }

    @Test
    void whatShowsInNoEventOfTheTargetIsNeverCorroborated() {
        assertThat(
                        lint(
                                SOUND.replace(
                                        "mode: ASSIST, steps: [disable-account]",
                                        "mode: ASSIST, steps: [end-sessions]")))
                .filteredOn(LintTest::isNotEscalation)
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.code()).isEqualTo("PROOF_NEVER_PRODUCED");
                    assertThat(finding.stops()).isTrue();
                    assertThat(finding.problem())
                            .isEqualTo(
                                    "no step of action rehire shows in the target's own events: no change of it would ever close");
                    assertThat(finding.remedy()).contains("leave-group, ", "set-owner");
                });
        assertThat(
                        lint(
                                SOUND.replace(
                                        "mode: ASSIST, steps: [disable-account]",
                                        "mode: ASSIST, steps: [leave-groups]")))
                .filteredOn(LintTest::isNotEscalation)
                .isEmpty();
    }

    @Test
    void aRevokedEntitlementIsClaimedByTheCharterThatTakesItAndByNoOther() {
        String text =
                Shipped.repository("charters/stale-entitlement.yaml")
                        .replace("name: stale-entitlement", "name: another");
        CharterReader.Read.Good one = Shipped.ready("stale-entitlement");
        CharterReader.Read.Good other =
                Shipped.read(
                        text.replace("name: another", "name: finance")
                                .replace(
                                        "0000000000a4, path: /dormant-tools",
                                        "0000000000b4, path: /finance"));
        CharterReader.Read.Good samePath =
                Shipped.read(text.replace("0000000000a4", "0000000000b4"));
        CharterReader.Read.Good any =
                Shipped.read(
                        text.replace("[leave-group]", "[end-sessions]")
                                .replaceAll("(?m)^ +(group: \\{ id|compensation:).*\n", ""));
        assertThat(Lint.together(List.of(one, other))).isEmpty();
        for (CharterReader.Read.Good each : List.of(Shipped.read(text), samePath, any)) {
            assertThat(Lint.together(List.of(one, other, each)))
                    .extracting(Finding::code)
                    .containsExactly("TRIGGER_CLAIMED_TWICE");
        }
    }

    @Test
    void theFaultOfAConditionIsFoundToTheColumn() {
        String text = SOUND.replace("risk > 10", "rsk > 10");
        Finding finding =
                lint(text).stream()
                        .filter(each -> each.code().equals("CONDITION_INVALID"))
                        .findFirst()
                        .orElseThrow();
        assertThat(text.split("\n", -1)[finding.line() - 1].substring(finding.column() - 1))
                .startsWith("rsk > 10");
    }

    @Test
    void twoChartersMayNotClaimOneTriggerNorOneVersionTwice() {
        CharterReader.Read.Good sound = Shipped.read(SOUND);
        CharterReader.Read.Good other = Shipped.read(SOUND.replace("name: sound", "name: other"));
        CharterReader.Read.Good reused = Shipped.read(SOUND.replace("PT1H", "PT2H"));
        CharterReader.Read.Good next =
                Shipped.read(
                        SOUND.replace(
                                "version: \"1\", owner: a-owner, s",
                                "version: \"2\", owner: a-owner, s"));
        assertThat(Lint.together(List.of(sound, other)))
                .extracting(Finding::code)
                .containsExactly("TRIGGER_CLAIMED_TWICE");
        assertThat(Lint.together(List.of(sound, reused)))
                .extracting(Finding::code)
                .containsExactly("VERSION_REUSED");
        assertThat(Lint.together(List.of(sound, next))).isEmpty();
    }
}
