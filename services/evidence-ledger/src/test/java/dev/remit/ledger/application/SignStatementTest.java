package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.certificate.Certificate;
import dev.remit.ledger.log.Timestamp;
import dev.remit.ledger.witness.TimestampAuthority;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate's statement as a Sigstore bundle, as Sigstore's own client sees it. */
class SignStatementTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ENTRY = "/verificationMaterial/tlogEntries/0";
    private static final Path CLIENT =
            Path.of(
                    System.getProperty("remit.top", "../.."),
                    "services/evidence-ledger/src/test/sigstore");

    /**
     * What Sigstore's client does not look at, or finds elsewhere: it reads size and root in the
     * signed note, needs one of the note's signatures, and takes certificates from its trusted
     * root.
     */
    private static final Set<String> UNNOTICED =
            Set.of(
                    "/verificationMaterial/timestampVerificationData/rfc3161Timestamps/0/signedTimestamp",
                    ENTRY + "/inclusionProof/checkpoint/envelope",
                    ENTRY + "/inclusionProof/rootHash",
                    ENTRY + "/inclusionProof/rootHash removed",
                    ENTRY + "/inclusionProof/treeSize",
                    ENTRY + "/inclusionProof/treeSize removed",
                    ENTRY + "/logIndex",
                    ENTRY + "/logIndex removed");

    private final InMemoryLedger ledger = new InMemoryLedger();
    private final Leaver leaver = new Leaver(1);

    @TempDir Path folder;

    @BeforeEach
    void anAuthority() throws IOException {
        var authority = TimestampAuthority.open(folder, Leaver.NOW);
        ledger.authorities = Timestamp.certificates(folder.resolve(TimestampAuthority.CERTIFICATE));
        ledger.authority =
                content -> {
                    try {
                        byte[] request = Timestamp.request(content, BigInteger.ONE);
                        return Timestamp.token(request, authority.answer(request, ledger.now));
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                };
        ledger.receive(List.of(leaver.published()));
    }

    @Test
    void aStatementIsSignedAndLoggedOnceAndThenTheSameForEver() {
        assertThat(asked()).isEqualTo("NOT_CERTIFIED");
        close();
        int before = ledger.logged();
        assertThat(asked()).isEqualTo("NOT_LOGGED_YET");
        assertThat(asked()).isEqualTo("NOT_LOGGED_YET");
        ledger.restart();
        assertThat(asked()).isEqualTo("NOT_LOGGED_YET");
        assertThat(ledger.logged()).as("leaves").isEqualTo(before + 1);
        assertThat(new String(ledger.leaf(before), StandardCharsets.UTF_8))
                .contains("hashedrekord")
                .doesNotContain(leaver.change.toString());
        publish();
        byte[] bundle = bundle();
        publish();
        assertThat(bundle()).isEqualTo(bundle);
        assertThat(ledger.bundles).containsOnlyKeys(leaver.change);
    }

    @Test
    void aLedgerWithoutTimestampsGivesNone() {
        ledger.authority = null;
        close();
        assertThat(asked()).isEqualTo("NO_TIMESTAMPS");
    }

    @Test
    void anAuthorityThatIsSilentIsAskedAgain() {
        close();
        asked();
        publish();
        var authority = ledger.authority;
        ledger.authority =
                _ -> {
                    throw new IllegalStateException("silent");
                };
        assertThat(asked()).isEqualTo("NO_TIMESTAMP");
        ledger.authority = authority;
        assertThat(bundle()).isNotEmpty();
    }

    @Test
    void anErasureTakesTheBundleAlong() {
        close();
        asked();
        publish();
        bundle();
        ledger.erase.erase(leaver.change, "keycloak:admin", "asked for").await().indefinitely();
        assertThat(ledger.bundles).isEmpty();
        ledger.receive(ledger.handedOn());
        publish();
        assertThat(asked()).as("another statement is another leaf").isEqualTo("NOT_LOGGED_YET");
        publish();
        assertThat(bundle()).isNotEmpty();
    }

    @Test
    void sigstoresClientAcceptsTheBundleAndRefusesEveryForgedCopy() throws Exception {
        close();
        asked();
        publish();
        Files.write(folder.resolve("bundle.json"), bundle());
        Files.write(
                folder.resolve("trusted-root.json"),
                ledger.sign.trustedRoot().await().indefinitely());
        Files.writeString(folder.resolve("statement.pem"), ledger.sign.publicKey());
        install();

        String answer = run("node", "verify.mjs");
        assertThat(answer).startsWith("{");
        JsonNode said = JSON.readTree(answer);

        byte[] statement = Certificate.read(ledger.certificates.get(leaver.change)).statement();
        assertThat(Base64.getDecoder().decode(said.path("payload").asText())).isEqualTo(statement);
        assertThat(said.path("flipped").asInt()).isGreaterThan(bundle().length / 10);
        assertThat(said.path("changed").asInt()).isGreaterThan(30);
        assertThat(said.path("forged")).as("accepted, and says something else").isEmpty();
        List<String> unnoticed = new ArrayList<>();
        said.path("unnoticed").forEach(each -> unnoticed.add(each.asText()));
        assertThat(UNNOTICED).containsAll(unnoticed);
    }

    private void install() throws Exception {
        for (String file : List.of("package.json", "verify.mjs")) {
            Files.copy(
                    CLIENT.resolve(file),
                    folder.resolve(file),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        boolean installed = false;
        try {
            run(
                    "npm",
                    "install",
                    "--no-audit",
                    "--no-fund",
                    "--ignore-scripts",
                    "--prefer-offline");
            installed = Files.isDirectory(folder.resolve("node_modules/@sigstore/verify"));
        } catch (IOException e) {
            System.out.println("no npm here: " + e.getMessage());
        }
        assumeTrue(installed, "@sigstore/verify was not installed: node and npm are needed");
    }

    private String run(String... command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectError(folder.resolve("trouble.log").toFile())
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return said.isEmpty() ? Files.readString(folder.resolve("trouble.log")) : said;
    }

    private String asked() {
        return ((SignStatement.None) ledger.sign.bundle(leaver.change).await().indefinitely())
                .code();
    }

    private byte[] bundle() {
        return ((SignStatement.Bundle) ledger.sign.bundle(leaver.change).await().indefinitely())
                .file();
    }

    private void close() {
        ledger.receive(leaver.handoffs());
        ledger.receive(List.of(leaver.activity()));
        ledger.lookAgain.look(ledger.now).await().indefinitely();
        ledger.receive(ledger.handedOn());
        publish();
    }

    private void publish() {
        ledger.publish.publish().await().indefinitely();
        ledger.handedOn();
    }
}
