package dev.remit.stack;

import dev.remit.handoff.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

/**
 * What a production Kafka demands, on loopback: TLS with a certificate of its own, SCRAM, and for
 * each service exactly the rights that the catalogue gives it.
 */
final class KafkaSecurity {
    static final String ADMIN = "admin";
    private static final String MECHANISM = "SCRAM-SHA-512";
    private static final int ITERATIONS = 4096;

    private final Home home;

    KafkaSecurity(Home home) {
        this.home = home;
    }

    /** The broker's key and certificate, and the certificate for those who check it. */
    void makeCertificate(Path log) throws IOException, InterruptedException {
        if (Files.exists(certificate())) {
            return;
        }
        Files.createDirectories(folder());
        keytool(
                log,
                "-genkeypair",
                "-alias",
                "broker",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=ip:127.0.0.1,dns:localhost",
                "-validity",
                "3650",
                "-storetype",
                "PKCS12",
                "-keystore",
                keystore().toString());
        keytool(
                log,
                "-exportcert",
                "-rfc",
                "-alias",
                "broker",
                "-keystore",
                keystore().toString(),
                "-file",
                certificate().toString());
    }

    /** What the format of a new broker needs beside its properties: one user to begin with. */
    List<String> firstUser() throws IOException {
        return List.of(
                "--add-scram",
                MECHANISM + "=[name=" + ADMIN + ",password=" + password(ADMIN) + "]");
    }

    /** The broker's settings that demand all this. */
    String broker() throws IOException {
        return """
        sasl.enabled.mechanisms=%1$s
        sasl.mechanism.inter.broker.protocol=%1$s
        listener.name.client.scram-sha-512.sasl.jaas.config=%2$s
        ssl.keystore.type=PKCS12
        ssl.keystore.location=%3$s
        ssl.keystore.password=%4$s
        ssl.truststore.type=PEM
        ssl.truststore.location=%5$s
        authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
        allow.everyone.if.no.acl.found=false
        # anonymous is who comes by the controller's listener; nobody else can come without a name
        super.users=User:%6$s;User:ANONYMOUS
        """
                .formatted(
                        MECHANISM,
                        login(ADMIN),
                        keystore(),
                        home.secret("kafka-keystore"),
                        certificate(),
                        ADMIN);
    }

    /** A Kafka client's settings, for one of the users. */
    Map<String, String> client(String user) throws IOException {
        return Map.of(
                "security.protocol",
                "SASL_SSL",
                "sasl.mechanism",
                MECHANISM,
                "sasl.jaas.config",
                login(user),
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.location",
                certificate().toString());
    }

    /** A user for each service, with its rights. */
    void addUsers(String servers) throws IOException, InterruptedException {
        List<UserScramCredentialAlteration> users = new ArrayList<>();
        for (Service service : Service.values()) {
            users.add(
                    new UserScramCredentialUpsertion(
                            service.id(),
                            new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS),
                            password(service.id())));
        }
        try (Admin admin = Topics.admin(servers, client(ADMIN))) {
            admin.alterUserScramCredentials(users).all().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("Kafka does not take the users: " + Topics.words(e), e);
        }
        new Acls(servers, client(ADMIN)).make();
    }

    private String login(String user) throws IOException {
        return "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
                .formatted(user, password(user));
    }

    private String password(String user) throws IOException {
        return home.secret("kafka-" + user);
    }

    private Path folder() {
        return home.data().resolve("kafka-security");
    }

    private Path keystore() {
        return folder().resolve("broker.p12");
    }

    Path certificate() {
        return folder().resolve("broker.pem");
    }

    private void keytool(Path log, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storepass:env", "REMIT_STOREPASS"));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("REMIT_STOREPASS", home.secret("kafka-keystore"));
        Process process = builder.start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("keytool failed; see " + log);
        }
    }
}
