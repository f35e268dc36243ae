package dev.remit.mesh;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Allow-lists, each shown to catch a planted violation. */
class ArchitectureTest {
    private static final String PROTOCOL = "dev.remit.handoff";

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
                    .resideInAnyPackage("dev.remit.*.adapter..", "dev.remit.handoff.postgres");

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

    /** What only one service uses of the protocol, or none, and why it is public all the same. */
    private static final Map<String, String> NOT_SHARED =
            Map.ofEntries(
                    Map.entry("halt.HaltRegister", "only the connector takes orders to halt"),
                    Map.entry("halt.HaltReading", "the loop implements what halts ask"),
                    Map.entry("halt.HaltsUnread", "the protocol's own resources answer with it"),
                    Map.entry("halt.PostgresHalts", "the loop takes halts in"),
                    Map.entry("http.LetterReads", "only the ledger records who reads"),
                    Map.entry("loop.Datums", "the registry's client makes it by its name"),
                    Map.entry("loop.DeadLetters", "the protocol's own resource asks it"),
                    Map.entry("loop.Polled", "only the ledger accounts for what was polled"),
                    Map.entry("loop.Polls", "only the ledger accounts for what was polled"),
                    Map.entry("loop.ProductionRules", "the chart is tested against them"),
                    Map.entry("loop.StopPoints", "only the executor has points of its own"),
                    Map.entry("loop.TooLarge", "the protocol's own resources answer with it"),
                    Map.entry("loop.Unstorable", "the protocol's own resources answer with it"),
                    Map.entry("loop.Trust", "only the ledger logs which keys were trusted"),
                    Map.entry("postgres.Transaction", "the loop begins handoffs with it"),
                    Map.entry("merkle.Merkle", "the log's tree and the seals' are one code"),
                    Map.entry("seal.SealVerifier", "who verifies offline needs no loop"),
                    Map.entry("seal.TrustedKeys", "who verifies offline needs no loop"),
                    Map.entry("Unprocessable", "who verifies offline is told the same codes"));

    /** Found by the framework, which needs them public. */
    private static final List<String> FOUND =
            List.of(
                    "jakarta.ws.rs.Path",
                    "jakarta.ws.rs.ext.Provider",
                    "jakarta.persistence.Entity",
                    "io.quarkus.smallrye.openapi.OpenApiFilter",
                    "io.smallrye.config.ConfigMapping");

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
        assertThatThrownBy(() -> INWARD.check(planted))
                .hasMessageContaining("Hasty")
                .hasMessageContaining("Terse");
    }

    @Test
    void whatVerifiesOfflineStandsWithoutAFramework() {
        OFFLINE.check(services);
        assertThatThrownBy(() -> OFFLINE.check(planted)).hasMessageContaining("Framework");
    }

    @Test
    void whatTheProtocolShowsIsSharedOrHasAReason() {
        List<JavaClass> shown =
                services.stream()
                        .filter(each -> each.getPackageName().startsWith(PROTOCOL))
                        .filter(each -> each.isTopLevelClass())
                        .filter(each -> each.getModifiers().contains(JavaModifier.PUBLIC))
                        .filter(each -> FOUND.stream().noneMatch(each::isAnnotatedWith))
                        .toList();
        Set<JavaClass> shared = new HashSet<>();
        for (JavaClass each : shown) {
            if (users(each).size() > 1) {
                share(each, shared);
            }
        }
        assertThat(shown)
                .filteredOn(each -> !shared.contains(each))
                .extracting(each -> each.getName().substring(PROTOCOL.length() + 1))
                .containsExactlyInAnyOrderElementsOf(NOT_SHARED.keySet());
    }

    /** The services that use a type, or one within it. */
    private Set<String> users(JavaClass type) {
        return services.stream()
                .filter(each -> each.getName().equals(type.getName()) || within(each, type))
                .flatMap(each -> each.getDirectDependenciesToSelf().stream())
                .map(each -> each.getOriginClass().getPackageName().split("\\.", -1)[2])
                .filter(each -> !each.equals("handoff"))
                .collect(Collectors.toSet());
    }

    private static boolean within(JavaClass inner, JavaClass type) {
        return inner.getName().startsWith(type.getName() + "$");
    }

    /** With it, whatever its public methods take and give. */
    private void share(JavaClass type, Set<JavaClass> shared) {
        if (shared.add(type)) {
            services.stream()
                    .filter(each -> each.equals(type) || within(each, type))
                    .flatMap(each -> each.getMethods().stream())
                    .filter(each -> each.getModifiers().contains(JavaModifier.PUBLIC))
                    .flatMap(ArchitectureTest::said)
                    .filter(each -> each.getPackageName().startsWith(PROTOCOL))
                    .map(ArchitectureTest::outermost)
                    .forEach(each -> share(each, shared));
        }
    }

    private static Stream<JavaClass> said(JavaMethod method) {
        return Stream.concat(
                method.getReturnType().getAllInvolvedRawTypes().stream(),
                method.getParameterTypes().stream()
                        .flatMap(each -> each.getAllInvolvedRawTypes().stream()));
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
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
