package dev.remit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.remit.handoff.Service;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.ledger.log.TrustPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys are made without asking anybody; what does not answer is named. */
class PrepareTest {
    @TempDir Path folder;

    @Test
    void keysAreMadeOnceAndKept() throws Exception {
        assertThat(Run.of("prepare", "--keys", folder.toString()).out())
                .contains("6 made, 0 were there", "Prepared.");
        String connector = Files.readString(folder.resolve("connector.key"));
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(folder.resolve("connector.key"))))
                .isEqualTo("rw-------");

        Run again = Run.of("prepare", "--keys", folder.toString());
        assertThat(again.out()).contains("0 made, 6 were there").doesNotContain("PRIVATE");
        assertThat(Files.readString(folder.resolve("connector.key"))).isEqualTo(connector);
        assertThat(TrustedKeys.read(folder.resolve("trust.vkeys")).all())
                .hasSize(Service.values().length);
    }

    @Test
    void aKeyThatIsReplacedStaysTrustedForWhatItSigned() throws Exception {
        Run.of("prepare", "--keys", folder.toString());
        SigningKey old = SigningKey.read(folder.resolve("executor.key"));
        Files.delete(folder.resolve("executor.key"));

        assertThat(Run.of("prepare", "--keys", folder.toString()).out()).contains("1 made");

        SigningKey fresh = SigningKey.read(folder.resolve("executor.key"));
        TrustedKeys trusted = TrustedKeys.read(folder.resolve("trust.vkeys"));
        assertThat(trusted.find(old.verifier().reference())).isPresent();
        assertThat(trusted.find(fresh.verifier().reference())).isPresent();
    }

    @Test
    void keysApartShowEachServiceItsOwnAndWhatItTrusts() throws Exception {
        Run run = Run.of("prepare", "--keys", folder.toString(), "--keys-apart");
        assertThat(run.exit()).as(run.err()).isZero();
        for (Service service : Service.values()) {
            Path own = folder.resolve(service.id());
            assertThat(own.resolve(service.id() + ".key")).exists();
            assertThat(TrustedKeys.read(own.resolve("trust.vkeys")).all()).hasSize(5);
            assertThat(own.resolve("log.vkey")).exists();
            assertThat(own.resolve("log.key").toFile().exists())
                    .isEqualTo(service == Service.EVIDENCE_LEDGER);
        }
    }

    @Test
    void aTokenIsFetchedFromWhereTheFileSays() throws Exception {
        var asked = new AtomicInteger();
        HttpServer provider =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        provider.createContext(
                "/token",
                exchange -> {
                    asked.incrementAndGet();
                    exchange.sendResponseHeaders(401, -1);
                    exchange.close();
                });
        provider.start();
        try {
            Path settings =
                    Files.writeString(
                            folder.resolve("kafka.properties"),
                            """
                            security.protocol=SASL_PLAINTEXT
                            sasl.mechanism=OAUTHBEARER
                            sasl.login.callback.handler.class=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler
                            sasl.oauthbearer.token.endpoint.url=http://127.0.0.1:%d/token
                            sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientId="prepare" clientSecret="hidden";
                            """
                                    .formatted(provider.getAddress().getPort()));
            Run run =
                    Run.of(
                            "prepare",
                            "--kafka",
                            "127.0.0.1:1",
                            "--kafka-config",
                            settings.toString(),
                            "--wait",
                            "1");
            assertThat(asked).as(run.err()).hasPositiveValue();
            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.err()).contains("401").doesNotContain("hidden");
        } finally {
            provider.stop(0);
        }
    }

    @Test
    void witnessesAreMadeBeforeTheyStartAndNamedInThePolicy() throws Exception {
        String[] prepare = {
            "prepare",
            "--keys",
            folder.toString(),
            "--witness",
            "a.example/one=http://one:8080/one",
            "--witness",
            "a.example/two=http://two:8080/two",
            "--quorum",
            "1"
        };
        Run run = Run.of(prepare);
        assertThat(run.exit()).as(run.err()).isZero();
        String policy = Files.readString(folder.resolve("log.policy"));
        assertThat(policy).contains("group witnesses 1 one two\nquorum witnesses\n");
        assertThat(TrustPolicy.parse(policy).witnesses()).hasSize(2);
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(
                                        folder.resolve("witness/one/witness.key"))))
                .isEqualTo("rw-------");

        assertThat(Run.of(prepare).exit()).isZero();
        assertThat(Files.readString(folder.resolve("log.policy"))).isEqualTo(policy);

        prepare[prepare.length - 1] = "3";
        assertThat(Run.of(prepare).err()).contains("--quorum: 3 of 2 witnesses");
        assertThat(Run.of("prepare", "--witness", "a.example/one=http://one").err())
                .contains("need --keys");
    }

    @Test
    void anotherOriginForTheSameLogIsRefused() {
        Run.of("prepare", "--keys", folder.toString(), "--origin", "a.example/log");
        Run run = Run.of("prepare", "--keys", folder.toString(), "--origin", "b.example/log");
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("belongs to the log a.example/log, not to b.example/log");
    }

    @Test
    void whatDoesNotAnswerIsNamedWithWhatToDo() {
        assertUnanswered("topics: nothing answers at 127.0.0.1:1", "--kafka", "127.0.0.1:1");
        assertUnanswered("bootstrap", "--kafka", "no.such.host.invalid:9092");
        assertUnanswered(
                "schemas: nothing answers at http://127.0.0.1:1/apis/registry/v3",
                "--registry",
                "http://127.0.0.1:1/apis/registry/v3");
        assertUnanswered(
                "realm: nothing answers acme at http://127.0.0.1:1",
                "--demo-realm",
                "--keycloak",
                "http://127.0.0.1:1");
    }

    private static void assertUnanswered(String words, String... arguments) {
        String[] command = new String[arguments.length + 3];
        command[0] = "prepare";
        command[1] = "--wait";
        command[2] = "0";
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        Run run = Run.of(command);
        assertThat(run.exit()).as(run.out()).isEqualTo(1);
        assertThat(run.err()).contains(words, "Check ");
    }
}
