package dev.remit.charter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

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
        assertThat(differences("version: \"2\"", "version: \"3\"")).isEmpty();
        assertThat(differences("expiresAfter: PT48H", "expiresAfter: PT49H")).isEmpty();
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
