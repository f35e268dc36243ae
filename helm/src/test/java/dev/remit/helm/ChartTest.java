package dev.remit.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import dev.remit.handoff.Service;
import dev.remit.handoff.Unprocessable;
import dev.remit.handoff.loop.ProductionRules;
import dev.remit.stack.Home;
import dev.remit.stack.Stack;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChartTest {
    private static final Helm CHART = new Helm(Path.of(".").toAbsolutePath().normalize());

    @Test
    void theChartPassesStrictLinting() {
        LintResult lint = CHART.lint().strict().call();
        assertThat(lint.isFailed()).as(String.join("\n", lint.getMessages())).isFalse();
    }

    @Test
    void everyServiceIsDeployedUnprivilegedAndWithItsOwnKey() {
        List<Deployment> deployments = new ArrayList<>();
        for (HasMetadata each : rendered()) {
            if (each instanceof Deployment deployment) {
                deployments.add(deployment);
            }
        }
        assertThat(deployments)
                .extracting(each -> each.getMetadata().getName())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Service.values()).map(each -> "mesh-" + each.id()).toList());
        assertThat(deployments)
                .allSatisfy(each -> {
                    var pod = each.getSpec().getTemplate().getSpec();
                    var container = pod.getContainers().getFirst();
                    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
                    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
                    assertThat(container.getReadinessProbe()).isNotNull();
                    assertThat(container.getEnv())
                            .filteredOn(variable -> variable.getName().equals("REMIT_KEYS_SIGNING"))
                            .singleElement()
                            .satisfies(variable ->
                                    assertThat(variable.getValue())
                                            .endsWith(container.getName() + ".key"));
                    assertThat(container.getAdditionalProperties()).isEmpty();
                    assertThat(pod.getAdditionalProperties()).isEmpty();
                    assertThat(each.getSpec().getAdditionalProperties()).isEmpty();
                });
    }

    @Test
    void theLedgerHasTheMemoryOfItsOwnOrThatOfTheOthers() {
        assertThat(memory(rendered()))
                .containsEntry("mesh-evidence-ledger", "1Gi")
                .containsEntry("mesh-connector", "512Mi");
        assertThat(memory(rendered("ledger", "{ size: 1Gi, resources: null }")))
                .as("never without a limit")
                .containsEntry("mesh-evidence-ledger", "512Mi");
    }

    /** The limit of each deployment's first container. */
    private static Map<String, String> memory(List<HasMetadata> all) {
        return all.stream()
                .filter(Deployment.class::isInstance)
                .map(Deployment.class::cast)
                .collect(
                        Collectors.toMap(
                                each -> each.getMetadata().getName(),
                                each ->
                                        each.getSpec()
                                                .getTemplate()
                                                .getSpec()
                                                .getContainers()
                                                .getFirst()
                                                .getResources()
                                                .getLimits()
                                                .get("memory")
                                                .toString()));
    }

    @Test
    void theLedgerHasOneWriter() {
        assertThat(rendered())
                .filteredOn(each ->
                        each instanceof Deployment
                                && each.getMetadata().getName().endsWith("evidence-ledger"))
                .singleElement()
                .satisfies(each ->
                        assertThat(((Deployment) each).getSpec().getReplicas()).isEqualTo(1));
    }

    @Test
    void valuesThatMakeNoSenseAreRefused() {
        Map.of(
                        "replicas", "0",
                        "topics.partitions", "0",
                        "prepare.enabled", "maybe",
                        "hr.accessMode", "Sometimes",
                        "kafka.servers", "a:9092",
                        "postgresql.port", "123456",
                        "colour", "red")
                .forEach((name, value) ->
                        assertThatThrownBy(() -> CHART.template().set(name, value).call())
                                .as(name)
                                .hasMessageContaining(name.substring(name.lastIndexOf('.') + 1)));
    }

    @Test
    void everyServiceIsConfiguredWithWhatTheLocalStackConfigures(@TempDir Path data)
            throws Exception {
        Stack stack = new Stack(new Home(data, data));
        for (Service service : Service.values()) {
            // how a container's JVM is started is not a service's configuration
            Set<String> local = new TreeSet<>(Set.of("JDK_JAVA_OPTIONS"));
            for (String property : stack.configuration(service).keySet()) {
                // where it listens is the image's own business; the installation's: how many
                // processors it has, which AIs there are, what they need a scope for, and where
                // people sign in and use passkeys
                if (!property.startsWith("quarkus.http.")
                        && !property.startsWith("quarkus.vertx.")
                        && !property.startsWith("remit.mcp.")
                        && !property.startsWith("quarkus.oidc.resource-metadata.")
                        && !property.startsWith("remit.passkeys.")
                        && !property.startsWith("remit.pages.")
                        && !property.startsWith("remit.agents.")) {
                    local.add(property.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"));
                }
            }
            assertThat(container(deployment(service)).getEnv())
                    .as(service.id())
                    .extracting(EnvVar::getName)
                    .containsExactlyInAnyOrderElementsOf(local);
        }
    }

    @Test
    void theFrontDoorAsksForTheScopesThatTheInstallationNames() {
        assertThat(
                        container(
                                        deployment(
                                                Service.CONNECTOR,
                                                rendered("mcp", "{ read: see, propose: ask }")))
                                .getEnv())
                .extracting(EnvVar::getName, EnvVar::getValue)
                .contains(
                        tuple("REMIT_MCP_SCOPES_READ", "see"),
                        tuple("REMIT_MCP_SCOPES_PROPOSE", "ask"),
                        tuple("QUARKUS_OIDC_RESOURCE_METADATA_SCOPES", "see,ask"));
    }

    @Test
    void anAgentIsKnownToWhoTakesProposalsAndToWhoTakesDecisions() {
        List<HasMetadata> all =
                rendered("agents", "{ drafter: { kind: COPILOT, proposes: true } }");
        for (Service service : List.of(Service.CONNECTOR, Service.APPROVAL_ROUTING)) {
            assertThat(container(deployment(service, all)).getEnv())
                    .extracting(EnvVar::getName, EnvVar::getValue)
                    .contains(
                            tuple("REMIT_AGENTS_DRAFTER_KIND", "COPILOT"),
                            tuple("REMIT_AGENTS_DRAFTER_PROPOSES", "true"));
        }
    }

    @Test
    void peopleSignInToThePagesWithTheClientThatTheInstallationNames() {
        assertThat(
                        container(
                                        deployment(
                                                Service.APPROVAL_ROUTING,
                                                rendered(
                                                        "pages",
                                                        "{ client: remit-web, issuer: https://id.example/realms/acme }")))
                                .getEnv())
                .extracting(EnvVar::getName, EnvVar::getValue)
                .contains(
                        tuple("REMIT_PAGES_CLIENT", "remit-web"),
                        tuple("REMIT_PAGES_ISSUER", "https://id.example/realms/acme"));
        assertThatThrownBy(() -> rendered("pages", "{}")).hasMessageContaining("client");
    }

    @Test
    void passkeysAreForTheDomainThatTheInstallationNames() {
        List<HasMetadata> all =
                rendered(
                        "passkeys",
                        "{ site: remit.example, origins: [https://a.remit.example, https://b.remit.example] }");
        assertThat(container(deployment(Service.APPROVAL_ROUTING, all)).getEnv())
                .extracting(EnvVar::getName, EnvVar::getValue)
                .contains(
                        tuple("REMIT_PASSKEYS_SITE", "remit.example"),
                        tuple(
                                "REMIT_PASSKEYS_ORIGINS",
                                "https://a.remit.example,https://b.remit.example"));
        assertThatThrownBy(
                        () -> rendered("passkeys", "{ site: remit.example, origins: [http://a] }"))
                .hasMessageContaining("origins");
    }

    @Test
    void stagesAreMirroredToTheRequestTrackerThatTheInstallationNames() {
        List<HasMetadata> all =
                rendered(
                        "mirror",
                        "{ rt: { url: https://rt.example/REST/2.0, queue: Access, secret: remit-rt } }");
        List<EnvVar> environment = container(deployment(Service.APPROVAL_ROUTING, all)).getEnv();
        assertThat(environment)
                .extracting(EnvVar::getName, EnvVar::getValue)
                .contains(
                        tuple("REMIT_MIRROR_RT_URL", "https://rt.example/REST/2.0"),
                        tuple("REMIT_MIRROR_RT_QUEUE", "Access"));
        assertThat(environment)
                .filteredOn(each -> each.getName().equals("REMIT_MIRROR_RT_AUTHORIZATION"))
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.getValue()).as("a secret is not in the chart").isNull();
                    var key = each.getValueFrom().getSecretKeyRef();
                    assertThat(key.getName()).isEqualTo("remit-rt");
                    assertThat(key.getKey()).isEqualTo("authorization");
                });
        assertThat(container(deployment(Service.EXECUTOR, all)).getEnv())
                .noneMatch(each -> each.getName().startsWith("REMIT_MIRROR_"));
        assertThatThrownBy(() ->
                        rendered(
                                "mirror",
                                "{ rt: { url: https://rt.example/REST/2.0, queue: Access } }"))
                .hasMessageContaining("secret");
        assertThatThrownBy(() ->
                        rendered(
                                "mirror",
                                "{ rt: { url: http://rt.example, queue: Access, secret: a } }"))
                .hasMessageContaining("url");
    }

    @Test
    void aSecuredKafkaIsReachedByEachServiceAsItself() {
        List<HasMetadata> all =
                rendered(
                        "kafka.security",
                        "{ protocol: SASL_SSL, mechanism: SCRAM-SHA-512, secret: remit-kafka }");
        for (Service service : Service.values()) {
            var container = container(deployment(service, all));
            assertThat(container.getEnv())
                    .filteredOn(each -> each.getName().equals("KAFKA_SASL_JAAS_CONFIG"))
                    .singleElement()
                    .satisfies(each ->
                            assertThat(each.getValueFrom().getSecretKeyRef().getKey())
                                    .isEqualTo(service.id()));
            assertThat(container.getEnv())
                    .extracting(EnvVar::getName)
                    .contains("KAFKA_SECURITY_PROTOCOL", "KAFKA_SSL_TRUSTSTORE_LOCATION");
            assertThat(container.getVolumeMounts())
                    .anyMatch(each -> each.getMountPath().equals("/etc/remit/kafka"));
        }
        var job = one(Job.class, all).getSpec().getTemplate().getSpec();
        assertThat(job.getContainers().getFirst().getArgs())
                .contains("--kafka-config=/etc/remit/kafka/prepare.properties", "--acls");
        assertThatThrownBy(() -> rendered("kafka.security", "{ protocol: SASL_SSL }"))
                .hasMessageContaining("secret");
    }

    @Test
    void aSecuredKafkaIsReachedByTokens() {
        String tokens =
                "{ protocol: SASL_SSL, mechanism: OAUTHBEARER, secret: remit-kafka, tokenUrl: https://idp.example/token }";
        List<HasMetadata> all = rendered("kafka.security", tokens);
        for (Service service : Service.values()) {
            assertThat(container(deployment(service, all)).getEnv())
                    .extracting(EnvVar::getName, EnvVar::getValue)
                    .contains(
                            tuple("KAFKA_SASL_MECHANISM", "OAUTHBEARER"),
                            tuple(
                                    "KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL",
                                    "https://idp.example/token"),
                            tuple(
                                    "KAFKA_SASL_LOGIN_CALLBACK_HANDLER_CLASS",
                                    "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler"));
        }
        for (String wrong :
                List.of(
                        tokens.replace(", tokenUrl: https://idp.example/token", ""),
                        tokens.replace("OAUTHBEARER", "SCRAM-SHA-512"))) {
            assertThatThrownBy(() -> rendered("kafka.security", wrong))
                    .as(wrong)
                    .hasMessageContaining("tokenUrl");
        }
    }

    @Test
    void aWatchedLogAsksTheWitnessesOfItsPolicyAndATimestampAuthority() {
        List<HasMetadata> all =
                rendered(
                        "ledger",
                        "{ size: 1Gi, witnessed: true, shardPeriod: year, timestamps: { url: https://tsa.example/, certificates: tsa.pem } }");
        Deployment ledger = deployment(Service.EVIDENCE_LEDGER, all);
        assertThat(container(ledger).getEnv())
                .extracting(EnvVar::getName, EnvVar::getValue)
                .contains(
                        tuple("REMIT_LOG_SHARD_PERIOD", "year"),
                        tuple("REMIT_LEDGER_POLICY", "/etc/remit/keys/log.policy"),
                        tuple("REMIT_LEDGER_TIMESTAMPS_URL", "https://tsa.example/"),
                        tuple("REMIT_LEDGER_TIMESTAMPS_TRUST", "/etc/remit/keys/tsa.pem"));
        assertThat(keys(ledger)).contains("log.policy", "tsa.pem", "log.key");
        assertThat(keys(deployment(Service.EXECUTOR, all)))
                .containsExactly("executor.key", "trust.vkeys");
        assertThatThrownBy(() ->
                        rendered(
                                "ledger",
                                "{ size: 1Gi, timestamps: { url: https://tsa.example/ } }"))
                .hasMessageContaining("certificates");
    }

    @Test
    void aLogInABucketHasItsPlaceAndItsCredentialsFromASecret() {
        List<HasMetadata> all =
                rendered(
                        "ledger",
                        "{ size: 1Gi, s3: { bucket: acme-log, url: https://s3.example, prefix: acme/, pathStyle: true, secret: remit-log } }");
        assertThat(container(deployment(Service.EVIDENCE_LEDGER, all)).getEnv())
                .extracting(EnvVar::getName, EnvVar::getValue)
                .contains(
                        tuple("REMIT_LOG_S3_BUCKET", "acme-log"),
                        tuple("REMIT_LOG_S3_URL", "https://s3.example"),
                        tuple("REMIT_LOG_S3_PREFIX", "acme/"),
                        tuple("REMIT_LOG_S3_PATH_STYLE", "true"));
        assertThat(container(deployment(Service.EVIDENCE_LEDGER, all)).getEnv())
                .filteredOn(each -> each.getValueFrom() != null)
                .extracting(EnvVar::getName, each -> each.getValueFrom().getSecretKeyRef().getKey())
                .contains(
                        tuple("REMIT_LOG_S3_ACCESS_KEY", "access-key"),
                        tuple("REMIT_LOG_S3_SECRET_KEY", "secret-key"));
        assertThatThrownBy(() -> rendered("ledger", "{ size: 1Gi, s3: { region: eu-central-1 } }"))
                .hasMessageContaining("bucket");
    }

    /** Where the chart serves a witness is what {@code prepare --witness NAME=URL} is told. */
    @Test
    void aWitnessKeepsWhatItCosignedAndSeesNoKeyButItsOwn() {
        List<HasMetadata> all =
                rendered(
                        "witnesses",
                        "[{ name: witness.example/one, secret: remit-witness-one }, { name: witness.example/two, secret: remit-witness-two }]");
        List<StatefulSet> witnesses =
                all.stream()
                        .filter(StatefulSet.class::isInstance)
                        .map(StatefulSet.class::cast)
                        .toList();
        assertThat(witnesses)
                .extracting(each -> each.getMetadata().getName())
                .containsExactly("mesh-witness-one", "mesh-witness-two");
        StatefulSet one = witnesses.getFirst();
        var pod = one.getSpec().getTemplate().getSpec();
        Container container = pod.getContainers().getFirst();
        assertThat(one.getSpec().getReplicas()).isEqualTo(1);
        assertThat(one.getSpec().getVolumeClaimTemplates()).hasSize(1);
        assertThat(container.getArgs())
                .contains("witness", "--folder=/var/remit/witness", "--name=witness.example/one");
        assertThat(container.getVolumeMounts())
                .anyMatch(each ->
                        each.getMountPath().equals("/var/remit/witness/one/witness.key")
                                && "witness.key".equals(each.getSubPath()));
        assertThat(pod.getVolumes())
                .filteredOn(each -> each.getSecret() != null)
                .extracting(
                        each -> each.getSecret().getSecretName(),
                        each -> each.getSecret().getItems().getFirst().getKey())
                .containsExactlyInAnyOrder(
                        tuple("remit-witness-one", "witness.key"),
                        tuple("remit-keys", "log.policy"));
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(pod.getAdditionalProperties()).isEmpty();
        assertThat(container.getAdditionalProperties()).isEmpty();
        assertThat(one.getSpec().getAdditionalProperties()).isEmpty();
        assertThat(rendered()).noneMatch(StatefulSet.class::isInstance);
        assertThatThrownBy(() -> rendered("witnesses", "[{ name: nameless, secret: a }]"))
                .hasMessageContaining("name");
    }

    private static List<String> keys(Deployment service) {
        return service.getSpec().getTemplate().getSpec().getVolumes().stream()
                .filter(volume -> volume.getName().equals("keys"))
                .flatMap(volume -> volume.getSecret().getItems().stream())
                .map(KeyToPath::getKey)
                .toList();
    }

    @Test
    void aProductionInstallationSaysSoToEveryService() {
        List<HasMetadata> all = production("");
        for (Service service : Service.values()) {
            assertThat(container(deployment(service, all)).getEnv())
                    .as(service.id())
                    .anyMatch(each ->
                            each.getName().equals("REMIT_PRODUCTION")
                                    && each.getValue().equals("true"));
        }
    }

    @Test
    void aProductionInstallationStartsWithWhatTheChartSaysAndItsValuesAskFor() {
        String tls =
                """
                env:
                  - { name: QUARKUS_DATASOURCE_REACTIVE_POSTGRESQL_SSL_MODE, value: verify-full }
                  - { name: REMIT_TLS_TERMINATED_IN_FRONT, value: "true" }
                """;
        for (Service service : Service.values()) {
            assertThat(troubles(deployment(service, production(tls)))).as(service.id()).isEmpty();
            assertThat(troubles(deployment(service, production(""))))
                    .as("what goes by env alone, of %s", service.id())
                    .extracting(each -> each.split(":", 2)[0])
                    .containsExactly(
                            "quarkus.datasource.reactive.postgresql.ssl-mode",
                            "quarkus.http.insecure-requests");
        }
        assertThatThrownBy(() -> rendered("production", "true"))
                .hasMessageContaining("registry")
                .hasMessageContaining("neighbours")
                .hasMessageContaining("executors");
    }

    @Test
    void whatTheOperatorSaysCountsWhateverTheChartSays() {
        List<HasMetadata> all =
                rendered("env", "[{ name: REMIT_LEDGER_URL, value: https://ledger.example }]");
        for (Service service : Service.values()) {
            assertThat(container(deployment(service, all)).getEnv().getLast())
                    .extracting(EnvVar::getName, EnvVar::getValue)
                    .containsExactly("REMIT_LEDGER_URL", "https://ledger.example");
        }
    }

    @Test
    void theConnectorReachesTheOtherServicesWhereTheInstallationSays() {
        assertThat(addresses(rendered()))
                .containsExactlyInAnyOrder(
                        tuple("REMIT_READINESS_URL", "http://mesh-data-readiness:8080"),
                        tuple("REMIT_APPROVAL_URL", "http://mesh-approval-routing:8080"),
                        tuple("REMIT_LEDGER_URL", "http://mesh-evidence-ledger:8080"));
        assertThat(addresses(rendered("neighbours.ledger", "https://ledger.example")))
                .contains(
                        tuple("REMIT_READINESS_URL", "http://mesh-data-readiness:8080"),
                        tuple("REMIT_LEDGER_URL", "https://ledger.example"));
    }

    private static List<Tuple> addresses(List<HasMetadata> all) {
        return container(deployment(Service.CONNECTOR, all)).getEnv().stream()
                .filter(each -> each.getName().matches("REMIT_(READINESS|APPROVAL|LEDGER)_URL"))
                .map(each -> tuple(each.getName(), each.getValue()))
                .toList();
    }

    @Test
    void filesThatTheInstallationHasAreMountedIntoEveryService() {
        String file =
                """
                volumes:
                  - { name: mail, configMap: { name: mail-addresses } }
                volumeMounts:
                  - { name: mail, mountPath: /etc/remit/mail, readOnly: true }
                """;
        List<HasMetadata> all = rendered(file(file));
        for (Service service : Service.values()) {
            Deployment deployment = deployment(service, all);
            assertThat(deployment.getSpec().getTemplate().getSpec().getVolumes())
                    .as(service.id())
                    .anyMatch(each ->
                            each.getName().equals("mail")
                                    && each.getConfigMap().getName().equals("mail-addresses"));
            assertThat(container(deployment).getVolumeMounts())
                    .anyMatch(each ->
                            each.getName().equals("mail")
                                    && each.getMountPath().equals("/etc/remit/mail"));
        }
        assertThatThrownBy(() -> rendered("volumeMounts", "[{ name: mail }]"))
                .hasMessageContaining("mountPath");
    }

    /**
     * The chart as production has it.
     *
     * @param more of its values
     */
    private static List<HasMetadata> production(String more) {
        return rendered(
                file(
                        """
                        production: true
                        executors: [5f0c5a52-8d1b-4a1e-9b1c-000000000001]
                        registry: { url: "https://registry.example/apis/registry/v3" }
                        neighbours:
                          readiness: https://readiness.example
                          approval: https://approval.example
                          ledger: https://ledger.example
                        kafka:
                          bootstrapServers: kafka:9093
                          security: { protocol: SASL_SSL, mechanism: SCRAM-SHA-512, secret: remit-kafka }
                        """
                                + more));
    }

    /** What a service would not start for. */
    private static List<String> troubles(Deployment deployment) {
        Map<String, String> environment = new TreeMap<>();
        container(deployment).getEnv().stream()
                .filter(each -> each.getValue() != null)
                .forEach(each -> environment.put(each.getName(), each.getValue()));
        // which a service says of itself
        environment.put(
                "QUARKUS_APPLICATION_NAME",
                deployment.getMetadata().getName().replaceFirst("^mesh-", ""));
        return ProductionRules.troubles(
                name ->
                        Optional.ofNullable(
                                environment.get(
                                        name.toUpperCase(Locale.ROOT)
                                                .replaceAll("[^A-Z0-9]", "_"))),
                List.copyOf(environment.keySet()),
                List.of());
    }

    @Test
    void whoWritesTheLogAndWhoSharesRoutesStopsBeforeTheNextVersionStarts() {
        List<HasMetadata> all = rendered();
        for (Service service : Service.values()) {
            assertThat(Optional.ofNullable(deployment(service, all).getSpec().getStrategy()))
                    .as(service.id())
                    .satisfies(each ->
                            assertThat(
                                            each.filter(one -> one.getType().equals("Recreate"))
                                                    .isPresent())
                                    .isEqualTo(
                                            service == Service.EVIDENCE_LEDGER
                                                    || service == Service.APPROVAL_ROUTING));
        }
    }

    @Test
    void scimSystemsAreKnownToWhoReadsAndToWhoChangesThem() {
        String systems =
                "[{\"name\":\"crm\",\"url\":\"https://crm.example/scim/v2\",\"secret\":\"crm\"}]";
        List<HasMetadata> all = rendered("scim", systems);
        for (Service service : Service.values()) {
            boolean uses = service == Service.CONNECTOR || service == Service.EXECUTOR;
            assertThat(container(deployment(service, all)).getEnv())
                    .as(service.id())
                    .extracting(EnvVar::getName)
                    .filteredOn(name -> name.startsWith("REMIT_SCIM_"))
                    .hasSize(uses ? 2 : 0)
                    .allMatch(name -> name.matches("REMIT_SCIM_CRM_(URL|TOKEN)"));
        }
    }

    @Test
    void eventFeedsAreKnownToTheConnectorAndTheirSecretsStayInSecrets() {
        List<HasMetadata> all =
                rendered(
                        "events",
                        "[{\"name\":\"idp\",\"form\":\"SSF\",\"system\":\"keycloak:acme\",\"issuer\":\"https://idp.example\",\"audience\":\"remit\",\"jwks\":\"https://idp.example/jwks\"},"
                                + "{\"name\":\"code\",\"form\":\"GITHUB\",\"system\":\"hr\",\"secret\":\"code\",\"owners\":{\"acme/api\":\"E1002\",\"acme/web\":\"E1003\"}}]");
        assertThat(container(deployment(Service.CONNECTOR, all)).getEnv())
                .extracting(EnvVar::getName, EnvVar::getValue)
                .contains(
                        tuple("REMIT_EVENTS_IDP_FORM", "SSF"),
                        tuple("REMIT_EVENTS_IDP_JWKS_URL", "https://idp.example/jwks"),
                        tuple("REMIT_EVENTS_CODE_SYSTEM", "hr"),
                        tuple("REMIT_EVENTS_CODE_OWNERS", "acme/api=E1002,acme/web=E1003"),
                        tuple("REMIT_EVENTS_CODE_SECRET", null));
        assertThat(container(deployment(Service.EXECUTOR, all)).getEnv())
                .extracting(EnvVar::getName)
                .noneMatch(name -> name.startsWith("REMIT_EVENTS_"));
    }

    /** Sessions of the Model Context Protocol are kept by the replica that began them. */
    @Test
    void whoeverTalksToTheConnectorKeepsTalkingToOneReplica() {
        assertThat(rendered())
                .filteredOn(io.fabric8.kubernetes.api.model.Service.class::isInstance)
                .map(io.fabric8.kubernetes.api.model.Service.class::cast)
                .filteredOn(each -> "ClientIP".equals(each.getSpec().getSessionAffinity()))
                .extracting(each -> each.getMetadata().getName())
                .containsExactly("mesh-connector");
    }

    @Test
    void topicsAndSchemasAreMadeBeforeTheServicesOfAnInstallAndOfAnUpgrade() {
        Job job = one(Job.class, rendered());
        assertThat(job.getMetadata().getAnnotations())
                .containsEntry("was/hook", "pre-install,pre-upgrade");
        var pod = job.getSpec().getTemplate().getSpec();
        var container = pod.getContainers().getFirst();
        assertThat(container.getArgs())
                .containsExactly(
                        "prepare", "--partitions=12", "--replicas=3", "--in-sync=2", "--wait=120");
        assertThat(container.getEnv())
                .extracting(EnvVar::getName)
                .containsExactly("KAFKA_BOOTSTRAP_SERVERS", "REMIT_REGISTRY_URL");
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(pod.getAdditionalProperties()).isEmpty();
        assertThat(container.getAdditionalProperties()).isEmpty();

        assertThat(rendered("prepare.enabled", "false")).noneMatch(Job.class::isInstance);
    }

    @Test
    void theJobLaysTopicsOutAsTheStrimziManifestsDo() throws Exception {
        assertThat(Files.readString(Path.of("../deploy/strimzi/topics.yaml")))
                .contains("partitions: 12\n  replicas: 3\n", "min.insync.replicas: 2\n");
    }

    @Test
    void hrFilesOutliveAPodAndEveryReplicaSeesThem() {
        assertThat(claim("mesh-hr", rendered()).getSpec().getAccessModes())
                .containsExactly("ReadWriteMany");
        assertThat(hrClaim(deployment(Service.CONNECTOR, rendered()))).isEqualTo("mesh-hr");

        List<HasMetadata> own = rendered("hr.existingClaim", "hr-export");
        assertThat(hrClaim(deployment(Service.CONNECTOR, own))).isEqualTo("hr-export");
        assertThat(own)
                .noneMatch(each ->
                        each instanceof PersistentVolumeClaim
                                && each.getMetadata().getName().equals("mesh-hr"));
    }

    private static String hrClaim(Deployment connector) {
        return connector.getSpec().getTemplate().getSpec().getVolumes().stream()
                .filter(volume -> volume.getName().equals("hr"))
                .findFirst()
                .orElseThrow()
                .getPersistentVolumeClaim()
                .getClaimName();
    }

    private static PersistentVolumeClaim claim(String name, List<HasMetadata> all) {
        return all.stream()
                .filter(PersistentVolumeClaim.class::isInstance)
                .map(PersistentVolumeClaim.class::cast)
                .filter(each -> each.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Container container(Deployment deployment) {
        return deployment.getSpec().getTemplate().getSpec().getContainers().getFirst();
    }

    private static Deployment deployment(Service service) {
        return deployment(service, rendered());
    }

    private static Deployment deployment(Service service, List<HasMetadata> all) {
        return all.stream()
                .filter(Deployment.class::isInstance)
                .map(Deployment.class::cast)
                .filter(each -> each.getMetadata().getName().equals("mesh-" + service.id()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void alertsAreForThoseWhoAskForThemAndSpeakOfWhatIsMeasured() throws Exception {
        assertThat(rendered()).noneMatch(each -> each.getKind().equals("PrometheusRule"));
        List<HasMetadata> all =
                rendered("alerts", "{ enabled: true, labels: { release: prometheus } }");
        GenericKubernetesResource rule =
                all.stream()
                        .filter(each -> each.getKind().equals("PrometheusRule"))
                        .map(GenericKubernetesResource.class::cast)
                        .findFirst()
                        .orElseThrow();
        assertThat(rule.getMetadata().getLabels()).containsEntry("release", "prometheus");
        List<Map<String, String>> rules = rule.get("spec", "groups", 0, "rules");
        assertThat(rules)
                .extracting(each -> each.get("alert"))
                .containsExactly(
                        "RemitEquivocation",
                        "RemitDeadLettersOpen",
                        "RemitOutboxWaits",
                        "RemitHandoffWaits",
                        "RemitCheckpointUnsettled");
        Set<String> measured = measured();
        for (Map<String, String> each : rules) {
            Matcher named = Pattern.compile("remit_[a-z_]+").matcher(each.get("expr"));
            assertThat(named.results().map(MatchResult::group))
                    .as(each.get("alert"))
                    .isNotEmpty()
                    .allMatch(measured::contains);
        }
        assertThat(rules.getFirst().get("expr"))
                .contains("{code=\"" + Unprocessable.Code.EQUIVOCATION + "\"}");
    }

    /** As Prometheus names what the services' code measures. */
    private static Set<String> measured() throws IOException {
        Pattern meter =
                Pattern.compile("meters\\s*\\.\\s*(counter|gauge)\\(\\s*\"(remit[.a-z]+)\"");
        Set<String> measured = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("../services"))) {
            for (Path file :
                    files.filter(each -> each.toString().matches(".*/src/main/java/.*[.]java"))
                            .toList()) {
                meter.matcher(Files.readString(file))
                        .results()
                        .forEach(found ->
                                measured.add(
                                        found.group(2).replace('.', '_')
                                                + (found.group(1).equals("counter")
                                                        ? "_total"
                                                        : "")));
            }
        }
        return measured;
    }

    private static <T> T one(Class<T> kind, List<HasMetadata> all) {
        List<T> found = all.stream().filter(kind::isInstance).map(kind::cast).toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    @Test
    void theChartShipsTheCharterThatTheDemoUses() throws Exception {
        assertThat(Files.readString(Path.of("charters/leaver-offboarding.yaml")))
                .isEqualTo(
                        Files.readString(
                                Path.of(
                                        "../deploy/src/main/resources/charters/leaver-offboarding.yaml")));
    }

    /** The same chart, its hooks plain objects: rendering leaves hooks out. */
    private static Helm unhooked() {
        Path copy = Path.of("target/unhooked").toAbsolutePath();
        try (Stream<Path> files = Files.walk(Path.of(""), 2)) {
            for (Path file :
                    files.filter(each ->
                                    each.toString()
                                            .matches("[^/]+[.](yaml|json)|(templates|charters)/.*"))
                            .toList()) {
                Path target = copy.resolve(file);
                Files.createDirectories(target.getParent());
                Files.writeString(
                        target, Files.readString(file).replace("helm.sh/hook:", "was/hook:"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Helm(copy);
    }

    private static Path values(String name, String value) {
        int dot = name.indexOf('.');
        return file(
                dot < 0
                        ? name + ": " + value
                        : name.substring(0, dot)
                                + ": { "
                                + name.substring(dot + 1)
                                + ": "
                                + value
                                + " }");
    }

    private static Path file(String values) {
        try {
            return Files.writeString(
                            Files.createTempFile(Path.of("target"), "values", ".yaml"), values)
                    .toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<HasMetadata> rendered() {
        return read(unhooked().template().withName("mesh").call());
    }

    /** JSON is YAML: a list goes by a file. */
    private static List<HasMetadata> rendered(String name, String value) {
        return rendered(values(name, value));
    }

    private static List<HasMetadata> rendered(Path values) {
        return read(unhooked().template().withName("mesh").withValuesFile(values).call());
    }

    private static List<HasMetadata> read(String yaml) {
        List<HasMetadata> all = new ArrayList<>();
        KubernetesSerialization kubernetes = new KubernetesSerialization();
        for (String document : yaml.split("(?m)^---$", -1)) {
            if (document.contains("kind:")) {
                all.add(kubernetes.unmarshal(document));
            }
        }
        return all;
    }
}
