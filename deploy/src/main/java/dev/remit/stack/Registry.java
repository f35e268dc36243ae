package dev.remit.stack;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.wire.Messages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/** Apicurio Registry on PostgreSQL, holding the schemas under the rule FULL_TRANSITIVE. */
final class Registry extends Part {
    Registry(Home home) {
        super("registry", home);
    }

    @Override
    void start() throws IOException {
        Path program = home().parts().resolve("registry");
        Archives.tarGz(
                home().top().resolve("deploy/target/parts/apicurio-registry-app-all.tar.gz"),
                program);
        child().start(
                        Java.command(
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

    /**
     * Registers every schema by the very text that the services write with; services themselves
     * never register.
     */
    @Override
    void afterwards() throws IOException, InterruptedException {
        ObjectMapper json = new ObjectMapper();
        String api = "http://127.0.0.1:" + home().port("registry") + "/apis/registry/v3";
        Requests.Answer rule =
                Requests.send(
                        "POST",
                        api + "/admin/rules",
                        null,
                        "{\"ruleType\":\"COMPATIBILITY\",\"config\":\"FULL_TRANSITIVE\"}");
        if (!rule.ok() && rule.status() != 409) {
            throw new IOException("the registry refuses the compatibility rule: " + rule.text());
        }
        for (Schema schema : Messages.schemas()) {
            String body =
                    json.writeValueAsString(
                            Map.of(
                                    "artifactId", schema.getName(),
                                    "artifactType", "AVRO",
                                    "firstVersion",
                                            Map.of(
                                                    "content",
                                                    Map.of(
                                                            "content",
                                                            schema.toString(),
                                                            "contentType",
                                                            "application/json"))));
            Requests.Answer answer =
                    Requests.send(
                            "POST",
                            api
                                    + "/groups/"
                                    + schema.getNamespace()
                                    + "/artifacts?ifExists=FIND_OR_CREATE_VERSION",
                            null,
                            body);
            if (!answer.ok()) {
                throw new IOException(
                        "the registry refuses " + schema.getName() + ": " + answer.text());
            }
        }
    }
}
