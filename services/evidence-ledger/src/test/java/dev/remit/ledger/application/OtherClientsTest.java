package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.remit.handoff.loop.Received;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.log.NoteKey;
import dev.remit.ledger.log.SignedNote;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log as clients that we did not write see it. */
class OtherClientsTest {
    /** Where Debian's golang-golang-x-mod-dev puts its source. */
    private static final Path GO_MODULES = Path.of("/usr/share/gocode/src/golang.org/x/mod/sumdb");

    private final InMemoryLedger ledger = new InMemoryLedger();

    @TempDir Path folder;

    @Test
    void gosNoteAndTlogVerifyCheckpointsAndProofs() throws Exception {
        assumeTrue(
                Files.isDirectory(GO_MODULES) && Files.isExecutable(Path.of("/usr/bin/go")),
                "no Go here: apt-get install golang-go golang-golang-x-mod-dev");
        grow(333);
        byte[] older = ledger.publicFiles.get("checkpoint");
        grow(400);
        ProveEntries prove = new ProveEntries(ledger, new KeptTiles(ledger));
        write("vkey", NoteKey.of(InMemoryLedger.KEY.verifier()).toString());
        write("checkpoint", text(ledger.publicFiles.get("checkpoint")));
        write("older", text(older));
        write("consistency", prove.consistency("", 333, 733));
        for (int n = 0; n < 733; n += 61) {
            write("proofs/" + n, prove.inclusion("", n).text());
            write("leaves/" + n, text(ledger.leaf(n)));
        }
        write("proofs/732", prove.inclusion("", 732).text());
        write("leaves/732", text(ledger.leaf(732)));
        Path program = folder.resolve("oracle");
        Path source =
                Path.of(
                        System.getProperty("remit.top"),
                        "services/evidence-ledger/src/test/go/oracle.go");
        assertThat(run("/usr/bin/go", "build", "-o", program.toString(), source.toString()))
                .isEmpty();
        assertThat(run(program.toString(), folder.toString()))
                .isEqualTo("ACCEPTED: 13 proofs, size 733 extends 333\n");

        write("leaves/61", "another leaf");
        assertThat(run(program.toString(), folder.toString())).startsWith("REFUSED");
        write("leaves/61", text(ledger.leaf(61)));
        write("older", text(older).replace("\n333\n", "\n334\n"));
        assertThat(run(program.toString(), folder.toString())).startsWith("REFUSED");
    }

    @Test
    void opensslVerifiesTheCheckpointsEd25519Signature() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "no openssl at /usr/bin");
        grow(5);
        SignedNote note = SignedNote.parse(ledger.publicFiles.get("checkpoint"));
        NoteKey key = NoteKey.of(InMemoryLedger.KEY.verifier());
        byte[] line =
                note.lines().stream()
                        .filter(each -> each.isBy(key))
                        .findFirst()
                        .orElseThrow()
                        .bytes();
        byte[] der = HexFormat.of().parseHex("302a300506032b6570032100");
        byte[] public32 = Arrays.copyOf(der, der.length + 32);
        System.arraycopy(key.key(), 0, public32, der.length, 32);
        Files.write(folder.resolve("key"), public32);
        Files.write(folder.resolve("signature"), Arrays.copyOfRange(line, 4, line.length));
        write("text", note.text());
        assertThat(openssl("text")).contains("Verified Successfully");
        write("other", note.text().replace("\n5\n", "\n6\n"));
        assertThat(openssl("other")).doesNotContain("Verified Successfully");
    }

    private String openssl(String text) throws IOException, InterruptedException {
        return run(
                "/usr/bin/openssl",
                "pkeyutl",
                "-verify",
                "-rawin",
                "-pubin",
                "-keyform",
                "DER",
                "-inkey",
                "key",
                "-sigfile",
                "signature",
                "-in",
                text);
    }

    private String run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        // Debian's packages are a GOPATH, not modules: nothing is fetched
        builder.environment().put("GO111MODULE", "off");
        builder.environment().put("GOPATH", "/usr/share/gocode");
        builder.environment().put("GOCACHE", folder.resolve("cache").toString());
        builder.environment().put("HOME", folder.toString());
        Process process = builder.start();
        String said = text(process.getInputStream().readAllBytes());
        process.waitFor(120, TimeUnit.SECONDS);
        return said;
    }

    private void write(String path, String content) throws IOException {
        Files.createDirectories(folder.resolve(path).getParent());
        Files.writeString(folder.resolve(path), content);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private void grow(int number) {
        List<Received> messages = new ArrayList<>();
        for (int n = 0; n < number; n++) {
            messages.add(new Leaver(10_000 + ledger.logged() + n).activity());
        }
        ledger.receiveFresh(messages);
        ledger.publish.publish(1).await().indefinitely();
    }
}
