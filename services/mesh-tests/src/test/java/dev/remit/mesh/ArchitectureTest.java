package dev.remit.mesh;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Allow-lists, each shown to catch a planted violation. */
class ArchitectureTest {
    private static final List<String> MODULES =
            List.of(
                    "handoff-protocol",
                    "connector",
                    "data-readiness",
                    "approval-routing",
                    "executor",
                    "evidence-ledger");

    /** Pure: the JDK, the domain itself, and the protocol's values. */
    private static final ArchRule DOMAIN =
            classes()
                    .that()
                    .resideInAPackage("dev.remit.*.domain")
                    .should()
                    .onlyDependOnClassesThat(
                            resideInAnyPackage(
                                    "java..",
                                    "dev.remit.*.domain",
                                    "dev.remit.handoff",
                                    "dev.remit.handoff.merkle",
                                    "dev.remit.handoff.passkey",
                                    "dev.remit.handoff.directory",
                                    "org.jspecify.."));

    /** Technology is behind ports: a use case says what it needs in its own words. */
    private static final ArchRule INWARD =
            noClasses()
                    .that()
                    .resideInAPackage("dev.remit.*.application")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.remit.*.adapter..");

    /** What the offline verifier runs on: no framework. */
    private static final ArchRule OFFLINE =
            classes()
                    .that()
                    .resideInAnyPackage(
                            "dev.remit.handoff",
                            "dev.remit.handoff.seal",
                            "dev.remit.handoff.merkle",
                            "dev.remit.handoff.passkey",
                            "dev.remit.ledger.log",
                            "dev.remit.ledger.audit",
                            "dev.remit.ledger.witness",
                            "dev.remit.ledger.certificate",
                            "dev.remit.ledger.adapter.kafka",
                            "dev.remit.planted.seal")
                    .should()
                    .onlyDependOnClassesThat(
                            resideInAnyPackage(
                                    "java..",
                                    "dev.remit.handoff",
                                    "dev.remit.handoff.seal",
                                    "dev.remit.handoff.merkle",
                                    "dev.remit.handoff.passkey",
                                    "dev.remit.wire..",
                                    "dev.remit.ledger.log",
                                    "dev.remit.ledger.audit",
                                    "dev.remit.ledger.witness",
                                    "dev.remit.ledger.certificate",
                                    "com.sun.net.httpserver",
                                    "javax.security.auth.x500",
                                    "dev.remit.ledger.domain",
                                    "dev.remit.ledger.adapter.kafka",
                                    "org.apache.avro..",
                                    "org.bouncycastle..",
                                    "org.erdtman.jcs",
                                    "com.fasterxml.jackson..",
                                    "org.jspecify.."));

    /** Generated records stop at the edge: the wire may change without the decisions. */
    private static final ArchRule WIRE =
            noClasses()
                    .that()
                    .resideInAnyPackage("dev.remit.*..")
                    .and()
                    .resideOutsideOfPackages(
                            "dev.remit.handoff..", "dev.remit.wire..", "dev.remit.*.adapter.kafka")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.remit.wire..");

    private final JavaClasses services =
            new ClassFileImporter()
                    .importPaths(
                            MODULES.stream()
                                    .map(module ->
                                            Path.of(
                                                    System.getProperty("remit.top"),
                                                    "services",
                                                    module,
                                                    "target/classes"))
                                    .toList());
    private final JavaClasses planted = new ClassFileImporter().importPackages("dev.remit.planted");

    @Test
    void theDomainIsPure() {
        DOMAIN.check(services);
        assertThatThrownBy(() -> DOMAIN.check(planted)).hasMessageContaining("Leak");
    }

    @Test
    void generatedRecordsStopAtTheKafkaAdapters() {
        WIRE.check(services);
        assertThatThrownBy(() -> WIRE.check(planted)).hasMessageContaining("Eager");
    }

    @Test
    void useCasesKnowNoAdapter() {
        INWARD.check(services);
        assertThatThrownBy(() -> INWARD.check(planted)).hasMessageContaining("Hasty");
    }

    @Test
    void whatVerifiesOfflineStandsWithoutAFramework() {
        OFFLINE.check(services);
        assertThatThrownBy(() -> OFFLINE.check(planted)).hasMessageContaining("Framework");
    }

    @Test
    void everyServiceWasLookedAt() {
        assertThat(
                        services.stream()
                                .map(each -> each.getPackageName().split("\\.", -1)[2])
                                .distinct())
                .contains("handoff", "connector", "readiness", "approval", "executor", "ledger");
    }
}
