package dev.remit.stack;

import dev.remit.ledger.witness.TimestampAuthority;
import dev.remit.ledger.witness.WitnessServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Two witnesses of the log and a timestamp authority in one small process. On one machine they show
 * how it works and prove nothing: whoever owns the machine owns them.
 */
final class WitnessPart extends Part {
    private static final List<String> NAMES =
            List.of("witness.remit.local/one", "witness.remit.local/two");

    WitnessPart(Home home) {
        super("witness", home);
    }

    /** The lines of a trust policy by which both must cosign; makes their keys when missing. */
    static String policy(Home home) throws IOException {
        Map<String, String> witnesses = new LinkedHashMap<>();
        for (String name : NAMES) {
            witnesses.put(
                    name,
                    "http://127.0.0.1:%d/%s"
                            .formatted(home.port("witness"), WitnessServer.segment(name)));
        }
        return WitnessKeys.policy(home.witness(), witnesses, NAMES.size());
    }

    /** What the ledger is configured with to ask them. */
    static Map<String, String> configuration(Home home) throws IOException {
        TimestampAuthority.open(home.witness(), Instant.now());
        Path certificate = home.keys().resolve(TimestampAuthority.CERTIFICATE);
        Files.copy(
                home.witness().resolve(TimestampAuthority.CERTIFICATE),
                certificate,
                StandardCopyOption.REPLACE_EXISTING);
        return Map.of(
                "remit.ledger.policy",
                home.keys().resolve("log.policy").toString(),
                "remit.ledger.timestamps.url",
                "http://127.0.0.1:" + home.port("witness") + "/timestamp",
                "remit.ledger.timestamps.trust",
                certificate.toString());
    }

    @Override
    List<String> needs() {
        return List.of();
    }

    @Override
    void start() throws IOException {
        Path deploy = home().top().resolve("deploy/target");
        List<String> rest =
                new ArrayList<>(
                        List.of(
                                "-cp",
                                deploy.resolve("classes") + ":" + deploy.resolve("lib") + "/*",
                                "dev.remit.cli.Remit",
                                "witness",
                                "--folder",
                                home().witness().toString(),
                                "--logs",
                                home().keys().resolve("log.policy").toString(),
                                "--port",
                                String.valueOf(home().port("witness")),
                                "--timestamps"));
        NAMES.forEach(name -> rest.addAll(List.of("--name", name)));
        child().start(Java.command(use(), 32, rest), Map.of(), home().witness());
    }

    @Override
    boolean isReady() {
        try {
            return Requests.answers("http://127.0.0.1:" + home().port("witness") + "/");
        } catch (IOException e) {
            return false;
        }
    }
}
