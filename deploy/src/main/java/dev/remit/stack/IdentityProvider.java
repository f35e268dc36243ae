package dev.remit.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Keycloak with the realm acme: sign-in for Remit's people, and the demo's source and target. */
final class IdentityProvider extends Part {
    static final String REALM = DemoRealm.NAME;
    private static final String ADMINISTRATOR = "bootstrap";

    IdentityProvider(Home home) {
        super("keycloak", home);
    }

    @Override
    List<String> needs() {
        return List.of("postgres");
    }

    @Override
    void start() throws IOException, InterruptedException {
        Path program = home().parts().resolve("keycloak");
        Archives.tarGz(
                home().top().resolve("deploy/target/parts/keycloak-quarkus-dist.tar.gz"), program);
        Path built = program.resolve(".built-for-remit");
        Archives.once(
                built,
                () -> {
                    build(program);
                    Files.createFile(built);
                });
        Map<String, String> environment = environment();
        environment.put(
                "KC_DB_URL",
                "jdbc:postgresql://127.0.0.1:" + home().port("postgres") + "/keycloak");
        environment.put("KC_DB_USERNAME", Postgres.USER);
        environment.put("KC_DB_PASSWORD", home().secret("postgres"));
        environment.put("KC_DB_POOL_INITIAL_SIZE", "2");
        environment.put("KC_DB_POOL_MIN_SIZE", "2");
        environment.put("KC_DB_POOL_MAX_SIZE", "20");
        environment.put("KC_BOOTSTRAP_ADMIN_USERNAME", ADMINISTRATOR);
        environment.put("KC_BOOTSTRAP_ADMIN_PASSWORD", home().secret("keycloak-bootstrap"));
        environment.put("KC_HTTP_ENABLED", "true");
        environment.put("KC_HTTP_HOST", "127.0.0.1");
        environment.put("KC_HTTP_PORT", String.valueOf(home().port("keycloak")));
        environment.put(
                "KC_HTTP_MANAGEMENT_PORT", String.valueOf(home().port("keycloak-management")));
        environment.put("QUARKUS_MANAGEMENT_HOST", "127.0.0.1");
        environment.put("KC_HOSTNAME", url(home()));
        environment.put("KC_CACHE", "local");
        child().start(
                        List.of(program.resolve("bin/kc.sh").toString(), "start", "--optimized"),
                        environment,
                        home().data().resolve("keycloak"));
    }

    @Override
    boolean isReady() {
        try {
            return Requests.answers(url(home()) + "/realms/master");
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    void afterwards() throws IOException, InterruptedException {
        new DemoRealm(url(home()), ADMINISTRATOR, home()::secret).make();
    }

    @Override
    java.time.Duration patience() {
        return java.time.Duration.ofMinutes(3);
    }

    /** Keycloak's address, on loopback. */
    static String url(Home home) throws IOException {
        return "http://127.0.0.1:" + home.port("keycloak");
    }

    /** A token of the bootstrap administrator. */
    static String adminToken(Home home) throws IOException, InterruptedException {
        return Tokens.lately(
                new Tokens.Asked(
                        url(home),
                        "master",
                        "admin-cli",
                        ADMINISTRATOR,
                        home.secret("keycloak-bootstrap")));
    }

    private void build(Path program) throws IOException, InterruptedException {
        Files.createDirectories(home().logs());
        ProcessBuilder builder =
                new ProcessBuilder(
                                program.resolve("bin/kc.sh").toString(),
                                "build",
                                "--db=postgres",
                                "--cache=local")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(child().log().toFile()));
        builder.environment().putAll(environment());
        Process process = builder.start();
        if (!process.waitFor(180, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("Keycloak's build failed; see " + child().log());
        }
    }

    private static Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("JAVA_OPTS_KC_HEAP", "-Xms64m -Xmx320m");
        environment.put("JAVA_OPTS_APPEND", "-XX:TieredStopAtLevel=1 -XX:+UseCompactObjectHeaders");
        return environment;
    }
}
