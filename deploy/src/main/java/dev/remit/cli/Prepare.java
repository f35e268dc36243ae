package dev.remit.cli;

import dev.remit.handoff.Service;
import dev.remit.ledger.witness.TimestampAuthority;
import dev.remit.stack.Acls;
import dev.remit.stack.DemoRealm;
import dev.remit.stack.Home;
import dev.remit.stack.KeyFolder;
import dev.remit.stack.Preparation;
import dev.remit.stack.Schemas;
import dev.remit.stack.Topics;
import dev.remit.stack.WitnessKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "prepare",
        mixinStandardHelpOptions = true,
        description =
                "Makes what the services need before they start, where it is missing: topics, schemas, keys, the demo's realm. May be done again at any time.",
        footer = {
            "",
            "Needs: the address of each part that is to be prepared, as an option or in the environment; ./remit up does all of this for the local mesh."
        })
final class Prepare implements Callable<Integer> {
    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT",
            defaultValue = "${env:KAFKA_BOOTSTRAP_SERVERS}",
            description = "Makes the topics on this Kafka (environment: KAFKA_BOOTSTRAP_SERVERS).")
    @Nullable String kafka;

    @Option(
            names = "--kafka-config",
            paramLabel = "FILE",
            description = "More settings of a Kafka client, for example its security.")
    @Nullable Path kafkaConfig;

    @Option(
            names = "--partitions",
            defaultValue = "4",
            paramLabel = "N",
            description = "Partitions of a topic that is made (default: ${DEFAULT-VALUE}).")
    int partitions;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            description = "Its replicas (default: the cluster's).")
    @Nullable Integer replicas;

    @Option(
            names = "--in-sync",
            paramLabel = "N",
            description = "Its min.insync.replicas (default: the cluster's).")
    @Nullable Integer inSync;

    @Option(
            names = "--acls",
            description =
                    "Gives each service's principal, User:<service>, the rights on that Kafka that the catalogue says; takes none away.")
    boolean acls;

    @Option(
            names = "--registry",
            paramLabel = "URL",
            defaultValue = "${env:REMIT_REGISTRY_URL}",
            description =
                    "Registers the schemas at this API of an Apicurio Registry 3 (environment: REMIT_REGISTRY_URL).")
    @Nullable String registry;

    @Option(
            names = "--keys",
            paramLabel = "DIR",
            description =
                    "Makes the signing keys and what they are verified by in this folder; with --demo-realm they are marked as for development only.")
    @Nullable Path keys;

    @Option(names = "--keys-apart", description = "Gives each service a folder of its own in it.")
    boolean apart;

    @Option(
            names = "--origin",
            defaultValue = dev.remit.stack.Stack.LOG_ORIGIN,
            paramLabel = "NAME",
            description = "The log's name for ever (default: ${DEFAULT-VALUE}).")
    String origin;

    @Option(
            names = "--witness",
            paramLabel = "NAME=URL",
            description =
                    "A witness that is run beside the log, and where the ledger asks it; may be given several times. Its keys are made in DIR/witness, a folder each, and log.policy names them. Witnesses of others are added to log.policy by hand.")
    Map<String, String> witnesses = new LinkedHashMap<>();

    @Option(
            names = "--quorum",
            paramLabel = "N",
            description = "How many of them must cosign (default: all).")
    @Nullable Integer quorum;

    @Option(
            names = "--timestamps",
            description =
                    "Makes a timestamp authority in DIR/witness, for a demo; its certificate goes to the ledger's keys.")
    boolean timestamps;

    @Option(
            names = "--demo-realm",
            description =
                    "Makes the demo's realm acme; its secrets come from the environment (REMIT_SECRET_...), never from an option.")
    boolean realm;

    @Option(
            names = "--keycloak",
            paramLabel = "URL",
            defaultValue = "${env:REMIT_KEYCLOAK_URL}",
            description = "Where the realm is made (environment: REMIT_KEYCLOAK_URL).")
    @Nullable String keycloak;

    @Option(
            names = "--keycloak-admin",
            defaultValue = "bootstrap",
            paramLabel = "USER",
            description =
                    "An administrator there (default: ${DEFAULT-VALUE}); password: environment REMIT_SECRET_KEYCLOAK_BOOTSTRAP.")
    String administrator;

    @Option(
            names = "--wait",
            defaultValue = "60",
            paramLabel = "SECONDS",
            description = "How long each may take to answer (default: ${DEFAULT-VALUE}).")
    int seconds;

    @Spec CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<Preparation> all = asked();
        if (all.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "nothing to prepare: give --kafka, --registry, --keys or --demo-realm");
        }
        Preparation.run(
                all,
                Duration.ofSeconds(seconds),
                (each, words) ->
                        System.out.printf("  %-8s %-50s %s%n", each.what(), each.where(), words));
        System.out.println("Prepared. The services may start.");
        return 0;
    }

    private List<Preparation> asked() throws IOException {
        List<Preparation> all = new ArrayList<>();
        if (keys != null) {
            all.add(new KeyFolder(keys, origin, realm, apart, policy(keys.resolve("witness"))));
            if (timestamps) {
                authority(keys.resolve("witness"), keys);
            }
        } else if (!witnesses.isEmpty() || timestamps) {
            throw new ParameterException(
                    spec.commandLine(), "--witness and --timestamps need --keys");
        }
        if (kafka != null) {
            Map<String, String> client = Map.of();
            if (kafkaConfig != null) {
                if (!Files.exists(kafkaConfig)) {
                    throw new ParameterException(
                            spec.commandLine(), "--kafka-config: no file " + kafkaConfig);
                }
                client = Home.read(kafkaConfig);
            }
            all.add(
                    new Topics(
                            kafka,
                            client,
                            new Topics.Layout(
                                    partitions,
                                    Optional.ofNullable(replicas),
                                    Optional.ofNullable(inSync))));
            if (acls) {
                all.add(new Acls(kafka, client));
            }
        }
        if (acls && kafka == null) {
            throw new ParameterException(
                    spec.commandLine(), "--acls needs --kafka, or KAFKA_BOOTSTRAP_SERVERS");
        }
        if (registry != null) {
            all.add(new Schemas(registry));
        }
        if (realm) {
            if (keycloak == null) {
                throw new ParameterException(
                        spec.commandLine(), "--demo-realm needs --keycloak, or REMIT_KEYCLOAK_URL");
            }
            all.add(new DemoRealm(keycloak, administrator, Prepare::secret));
        }
        return all;
    }

    private Optional<String> policy(Path folder) throws IOException {
        if (witnesses.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    WitnessKeys.policy(
                            folder, witnesses, quorum == null ? witnesses.size() : quorum));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private void authority(Path folder, Path all) throws IOException {
        Files.createDirectories(folder);
        TimestampAuthority.open(folder, Instant.now());
        Path ledger = apart ? all.resolve(Service.EVIDENCE_LEDGER.id()) : all;
        Files.createDirectories(ledger);
        Files.copy(
                folder.resolve(TimestampAuthority.CERTIFICATE),
                ledger.resolve(TimestampAuthority.CERTIFICATE),
                StandardCopyOption.REPLACE_EXISTING);
    }

    private static String secret(String name) throws IOException {
        String variable = Compose.variable("secret", name);
        String value = System.getenv(variable);
        if (value == null || value.isEmpty()) {
            throw new IOException("the environment variable " + variable + " is not set");
        }
        return value;
    }
}
