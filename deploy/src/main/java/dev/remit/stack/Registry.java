package dev.remit.stack;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Apicurio Registry on PostgreSQL. */
final class Registry extends Part {
    Registry(Home home) {
        super("registry", home);
    }

    @Override
    List<String> needs() {
        return List.of("postgres");
    }

    @Override
    void start() throws IOException, InterruptedException {
        Path program = home().parts().resolve("registry");
        Archives.tarGz(
                home().top().resolve("deploy/target/parts/apicurio-registry-app-all.tar.gz"),
                program);
        child().start(
                        Java.command(
                                use(),
                                160,
                                List.of("-jar", program.resolve("quarkus-run.jar").toString())),
                        Map.of(
                                "QUARKUS_HTTP_HOST",
                                "127.0.0.1",
                                "QUARKUS_HTTP_PORT",
                                String.valueOf(home().port("registry")),
                                "QUARKUS_MANAGEMENT_HOST",
                                "127.0.0.1",
                                "QUARKUS_MANAGEMENT_PORT",
                                String.valueOf(home().port("registry-management")),
                                "APICURIO_STORAGE_KIND",
                                "sql",
                                "APICURIO_STORAGE_SQL_KIND",
                                "postgresql",
                                "APICURIO_DATASOURCE_URL",
                                "jdbc:postgresql://127.0.0.1:"
                                        + home().port("postgres")
                                        + "/registry",
                                "APICURIO_DATASOURCE_USERNAME",
                                Postgres.USER,
                                "APICURIO_DATASOURCE_PASSWORD",
                                home().secret("postgres")),
                        home().data().resolve("registry"));
    }

    @Override
    boolean isReady() {
        try {
            return Requests.answers(
                    "http://127.0.0.1:" + home().port("registry-management") + "/health/ready");
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    void afterwards() throws IOException, InterruptedException {
        new Schemas("http://127.0.0.1:" + home().port("registry") + "/apis/registry/v3").make();
    }
}
