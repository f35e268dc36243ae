package dev.remit.cli;

import dev.remit.handoff.Service;
import dev.remit.stack.DemoRealm;
import dev.remit.stack.Home;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "compose",
        mixinStandardHelpOptions = true,
        description =
                "Writes what deploy/compose.yaml reads, deploy/.env: secrets made at random and free ports. What is there is kept.",
        footer = {"", "Needs: nothing; to run the containers afterwards, Docker with Compose."})
final class Compose implements Callable<Integer> {
    @ParentCommand Remit remit;

    @Override
    public Integer call() throws Exception {
        Home home = home();
        Path file = Remit.top().resolve("deploy/.env");
        Home.write(file, environment(home));
        String data = Remit.top().relativize(home.data()).toString();
        System.out.println(
                """
                Wrote deploy/.env. It holds secrets: only you may read it, and it is never committed.

                  docker compose -f deploy/compose.yaml up --build --wait
                  docker compose -f deploy/compose.yaml cp FEED.csv connector:/var/remit/hr/
                  docker compose -f deploy/compose.yaml cp connector:/etc/remit/keys/trust.vkeys %1$s/keys/
                  docker compose -f deploy/compose.yaml cp connector:/etc/remit/keys/log.vkey %1$s/keys/
                  docker compose -f deploy/compose.yaml cp connector:/etc/remit/keys/log.policy %1$s/keys/
                  docker compose -f deploy/compose.yaml cp evidence-ledger:/etc/remit/keys/tsa.pem %1$s/keys/

                The commands that speak to a mesh speak to that one with: ./remit --data %1$s ...\
                """
                        .formatted(data));
        return 0;
    }

    /** The command line's view of the mesh in containers: its ports, and its people's password. */
    private Home home() {
        Home chosen = remit.home();
        return remit.data == null
                ? new Home(chosen.data().resolve("compose"), chosen.top())
                : chosen;
    }

    /** What the file says, variable to value. */
    static Map<String, String> environment(Home home) throws IOException {
        Map<String, String> environment = new TreeMap<>();
        List<String> secrets = new ArrayList<>(DemoRealm.SECRETS);
        secrets.addAll(List.of("postgres", "keycloak-bootstrap"));
        for (String name : secrets) {
            environment.put(variable("secret", name), home.secret(name));
        }
        List<String> ports =
                new ArrayList<>(Arrays.stream(Service.values()).map(Service::id).toList());
        ports.add("keycloak");
        for (String name : ports) {
            environment.put(variable("port", name), String.valueOf(home.port(name)));
        }
        java.nio.file.Files.createDirectories(home.keys());
        return environment;
    }

    /** {@code REMIT_SECRET_REMIT_CONNECTOR} for the secret {@code remit-connector}. */
    static String variable(String kind, String name) {
        return "REMIT_" + (kind + "_" + name).toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
