package dev.remit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.remit.handoff.Service;
import dev.remit.ledger.log.TrustPolicy;
import dev.remit.ledger.witness.WitnessFolder;
import dev.remit.ledger.witness.WitnessServer;
import dev.remit.stack.Home;
import dev.remit.stack.Stack;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** {@code deploy/compose.yaml}, checked as far as it goes without a container engine. */
class ComposeTest {
    private static final List<String> WATCHED =
            List.of(
                    "REMIT_LEDGER_POLICY",
                    "REMIT_LEDGER_TIMESTAMPS_URL",
                    "REMIT_LEDGER_TIMESTAMPS_TRUST");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+)[^}]*}");
    private static String text;
    private static Map<String, Map<String, Object>> services;
    private static Map<String, Object> volumes;

    @BeforeAll
    static void read() throws Exception {
        text = Files.readString(Path.of("compose.yaml"));
        Map<String, Object> file = new Yaml().load(text);
        services = at(file, "services");
        volumes = at(file, "volumes");
    }

    @Test
    void imagesHaveTheVersionsThatTheBuildPins() throws Exception {
        assertThat(image("postgres"))
                .isEqualTo("postgres:" + pinned("postgres").replaceFirst("[.]0$", ""));
        assertThat(image("kafka")).isEqualTo("apache/kafka:" + pinned("kafka.broker"));
        assertThat(image("registry")).isEqualTo("apicurio/apicurio-registry:" + pinned("apicurio"));
        assertThat(image("keycloak")).isEqualTo("keycloak/keycloak:" + pinned("keycloak"));
        assertThat(Files.readString(Path.of("broker/pom.xml")))
                .as("the embedded broker has the same version")
                .contains("<version>" + pinned("kafka.broker") + "</version>");
        String chart = Files.readString(Path.of("../helm/Chart.yaml"));
        for (Service service : Service.values()) {
            assertThat(chart).contains("appVersion: " + image(service.id()).split(":", -1)[1]);
            assertThat(image(service.id())).startsWith("remit/" + service.id() + ":");
        }
        assertThat(image("prepare")).startsWith("remit/cli:");
    }

    @Test
    void everythingPublishedIsOnLoopback() {
        List<String> published = new ArrayList<>();
        services.values().forEach(each -> published.addAll(list(each, "ports")));
        assertThat(published)
                .hasSize(Service.values().length + 1)
                .allMatch(port -> port.matches("127[.]0[.]0[.]1:[$][{]REMIT_PORT_[A-Z_]+}:8080"));
    }

    @Test
    void everyServiceIsConfiguredWithWhatTheLocalStackConfigures(@TempDir Path data)
            throws Exception {
        Stack stack = new Stack(new Home(data, data));
        for (Service service : Service.values()) {
            Set<String> local = new TreeSet<>();
            for (String property : stack.configuration(service).keySet()) {
                // where it listens is the image's own business, and scopes the local stack adds to
                // its realm
                if (!property.startsWith("quarkus.http.")
                        && !property.startsWith("remit.mcp.")
                        && !property.startsWith("quarkus.oidc.resource-metadata.")) {
                    local.add(property.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"));
                }
            }
            if (service == Service.EVIDENCE_LEDGER) {
                // the local stack adds these when it starts its witnesses
                local.addAll(WATCHED);
            }
            Map<String, Object> environment = at(services.get(service.id()), "environment");
            assertThat(environment.keySet())
                    .as(service.id())
                    .containsExactlyInAnyOrderElementsOf(local);
            assertThat(environment.get("QUARKUS_DATASOURCE_JDBC_URL"))
                    .asString()
                    .endsWith("/" + service.id().replace('-', '_'));
            assertThat(Files.readString(Path.of("compose/databases.sql")))
                    .contains("create database " + service.id().replace('-', '_') + ";");
        }
    }

    @Test
    void whatTheFileReadsIsWhatTheCommandWrites(@TempDir Path data) throws Exception {
        Set<String> read = new TreeSet<>();
        for (Matcher each = VARIABLE.matcher(text); each.find(); ) {
            read.add(each.group(1));
        }
        assertThat(Compose.environment(new Home(data, data)).keySet())
                .containsExactlyInAnyOrderElementsOf(read);
        assertThat(Files.readString(Path.of("../.gitignore"))).contains("deploy/.env\n");
    }

    @Test
    void noServiceSeesAnothersKeys() {
        for (Service service : Service.values()) {
            assertThat(list(services.get(service.id()), "volumes"))
                    .filteredOn(volume -> volume.contains("keys"))
                    .containsExactly(service.id() + "-keys:/etc/remit/keys:ro");
            assertThat(list(services.get("prepare"), "volumes"))
                    .contains(service.id() + "-keys:/keys/" + service.id());
            assertThat(volumes).containsKey(service.id() + "-keys");
        }
    }

    @Test
    void servicesStartOnceThePreparationIsDoneAndTheirNeighboursAreHealthy() {
        for (Service service : Service.values()) {
            Map<String, Map<String, Object>> needs = at(services.get(service.id()), "depends_on");
            assertThat(needs.get("prepare"))
                    .containsEntry("condition", "service_completed_successfully");
            assertThat(needs.keySet())
                    .containsExactlyInAnyOrder(
                            "prepare", "postgres", "kafka", "registry", "keycloak");
        }
        services.forEach((name, service) -> {
            if (!name.equals("prepare")) {
                assertThat(service).as(name).containsKeys("healthcheck", "restart");
            }
        });
        assertThat(list(services.get("prepare"), "command"))
                .startsWith("prepare", "--keys", "/keys", "--keys-apart", "--demo-realm");
    }

    /** What is prepared is what the witness serves and the ledger asks, by the same names. */
    @Test
    void theWitnessesAreThoseThatTheLedgerIsPreparedToAsk(@TempDir Path data) throws Exception {
        List<String> prepare = new ArrayList<>(list(services.get("prepare"), "command"));
        prepare.set(prepare.indexOf("/keys"), data.toString());
        prepare.remove("--demo-realm");
        Run run = Run.of(prepare.toArray(String[]::new));
        assertThat(run.exit()).as(run.err()).isZero();

        TrustPolicy policy =
                TrustPolicy.parse(Files.readString(data.resolve("evidence-ledger/log.policy")));
        List<String> serves = list(services.get("witness"), "command");
        List<String> names = new ArrayList<>();
        for (int n = 0; n < serves.size(); n++) {
            if (serves.get(n).equals("--name")) {
                names.add(serves.get(n + 1));
            }
        }
        assertThat(policy.witnesses()).extracting(each -> each.key().name()).isEqualTo(names);
        assertThat(policy.witnesses())
                .allSatisfy(each -> {
                    String segment = WitnessServer.segment(each.key().name());
                    assertThat(each.url()).contains("http://witness:8080/" + segment);
                    assertThat(
                                    new WitnessFolder(data.resolve("witness/" + segment))
                                            .signers(each.key().name()))
                            .anyMatch(signer -> signer.verifier().equals(each.key()));
                });
        Set<String> all =
                Set.copyOf(policy.witnesses().stream().map(TrustPolicy.Member::name).toList());
        assertThat(policy.isMetBy(all)).isTrue();
        assertThat(policy.isMetBy(Set.of(all.iterator().next()))).isFalse();
        assertThat(data.resolve("witness/log.policy"))
                .hasSameTextualContentAs(data.resolve("evidence-ledger/log.policy"));
        assertThat(data.resolve("evidence-ledger/tsa.pem"))
                .hasSameTextualContentAs(data.resolve("witness/tsa.pem"));
        assertThat(data.resolve("evidence-ledger/tsa.key")).doesNotExist();
        assertThat(list(services.get("witness"), "volumes"))
                .containsExactly("witness:/keys/witness");
        assertThat(list(services.get("prepare"), "volumes")).contains("witness:/keys/witness");
    }

    @Test
    void theHealthCheckKnowsAHealthyAnswerFromAnyOther() throws Exception {
        AtomicInteger status = new AtomicInteger(200);
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/q/health/ready",
                exchange -> {
                    exchange.sendResponseHeaders(status.get(), -1);
                    exchange.close();
                });
        server.start();
        try {
            int port = server.getAddress().getPort();
            assertThat(healthy(port)).isTrue();
            status.set(503);
            assertThat(healthy(port)).isFalse();
            server.stop(0);
            assertThat(healthy(port)).isFalse();
        } finally {
            server.stop(0);
        }
    }

    private static boolean healthy(int port) throws Exception {
        List<String> test = list(at(services.get("connector"), "healthcheck"), "test");
        assertThat(test.getFirst()).isEqualTo("CMD");
        List<String> command =
                test.stream()
                        .skip(1)
                        .map(word -> word.replace("/8080 ", "/" + port + " ").replace("$$", "$"))
                        .toList();
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    /** The image file copies what the ignore file lets through, and what a build makes. */
    @Test
    void theImagesAreMadeOfWhatABuildMakes() throws Exception {
        List<String> copied =
                Files.readAllLines(Path.of("Containerfile")).stream()
                        .filter(line -> line.startsWith("COPY "))
                        .map(line -> line.split(" ", -1)[1].replace("${SERVICE}", "*"))
                        .map(path -> path.replaceFirst("/$", ""))
                        .toList();
        assertThat(Files.readAllLines(Path.of("Containerfile.dockerignore")))
                .startsWith("*")
                .containsAll(copied.stream().map(path -> "!" + path).toList());
        assertThat(copied).hasSize(3);
    }

    private static String image(String service) {
        return String.valueOf(services.get(service).get("image"));
    }

    private static String pinned(String part) throws Exception {
        Matcher version =
                Pattern.compile("<%s.version>(.*?)<".formatted(Pattern.quote(part)))
                        .matcher(Files.readString(Path.of("../pom.xml")));
        assertThat(version.find()).as(part).isTrue();
        return version.group(1);
    }

    @SuppressWarnings("unchecked")
    private static <T> Map<String, T> at(Map<String, ?> map, String key) {
        return (Map<String, T>) map.get(key);
    }

    private static List<String> list(Map<String, ?> map, String key) {
        return map.get(key) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }
}
