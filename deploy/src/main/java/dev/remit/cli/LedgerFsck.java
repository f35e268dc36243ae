package dev.remit.cli;

import dev.remit.ledger.adapter.s3.Bucket;
import dev.remit.ledger.audit.Database;
import dev.remit.ledger.audit.Fsck;
import dev.remit.ledger.audit.Stored;
import dev.remit.ledger.log.Timestamp;
import dev.remit.ledger.log.TrustPolicy;
import dev.remit.ledger.witness.TimestampAuthority;
import dev.remit.stack.Home;
import dev.remit.stack.Stack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "fsck",
        mixinStandardHelpOptions = true,
        description =
                "Derives the whole log anew from its entries and compares every tile, every root ever signed, every timestamp, and the database; and whether every offset that was read is accounted for. It changes nothing; the ledger may run. Exit 0 when all is as it must be, 1 when anything is not.",
        footer = {
            "",
            "Needs: the log's folder or bucket; the database when it is to be compared too."
        })
final class LedgerFsck implements Callable<Integer> {
    @Command(
            name = "ledger",
            mixinStandardHelpOptions = true,
            description = "Checks what the ledger stores.",
            subcommands = {LedgerFsck.class, CommandLine.HelpCommand.class},
            footer = {"", "Needs: what its commands need."})
    static final class OfLedger extends Group {}

    @ParentCommand OfLedger group;

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            description = "The folder with checkpoint and tile (default: the local mesh's).")
    @Nullable Path folder;

    @Option(
            names = "--bucket",
            description =
                    "Instead of a folder the bucket that the ledger writes to: REMIT_LOG_S3_BUCKET and so on, from the environment, as the ledger has them.")
    boolean bucket;

    @Option(
            names = "--policy",
            paramLabel = "FILE",
            description = "The log's keys, C2SP tlog-policy (default: the local mesh's).")
    @Nullable Path policy;

    @Option(
            names = "--authorities",
            paramLabel = "FILE",
            description =
                    "Certificates of timestamp authorities, PEM (default: the local mesh's, if it has one).")
    @Nullable Path authorities;

    @Option(
            names = "--database",
            paramLabel = "URL",
            description =
                    "jdbc:postgresql:... (default: the local mesh's); user and password from PGUSER and PGPASSWORD. 'none': the files only.")
    @Nullable String database;

    @Override
    public Integer call() throws Exception {
        Home home = group.remit.home();
        Path certificates =
                authorities == null
                        ? home.keys().resolve(TimestampAuthority.CERTIFICATE)
                        : authorities;
        TrustPolicy trust =
                TrustPolicy.parse(
                        Files.readString(
                                policy == null ? home.keys().resolve("log.policy") : policy));
        List<X509Certificate> trusted =
                authorities == null && !Files.exists(certificates)
                        ? List.of()
                        : Timestamp.certificates(certificates);
        if (bucket) {
            try (Bucket log = new Bucket(Bucket.Settings.of(System.getenv()))) {
                return check(log, trust, trusted, home);
            }
        }
        return check(
                Stored.in(folder == null ? home.ledger().resolve("log") : folder),
                trust,
                trusted,
                home);
    }

    private int check(Stored log, TrustPolicy trust, List<X509Certificate> trusted, Home home)
            throws Exception {
        long since = System.nanoTime();
        Fsck.Report report;
        if ("none".equals(database)) {
            report = Fsck.run(log, trust, Optional.empty(), trusted);
        } else {
            try (Connection connection = connect(home)) {
                report = Fsck.run(log, trust, Optional.of(Database.of(connection)), trusted);
            }
        }
        report.notes().forEach(note -> System.out.println("  note   " + note));
        report.findings()
                .forEach(each ->
                        System.out.println("  WRONG  " + each.where() + ": " + each.what()));
        System.out.printf(
                "%s: %d leaves, %d checkpoints and %d files derived and compared in %.1f s%n",
                report.isClean() ? "CLEAN" : "NOT CLEAN",
                report.leaves(),
                report.checkpoints(),
                report.files(),
                (System.nanoTime() - since) / 1e9);
        return report.isClean() ? 0 : 1;
    }

    private Connection connect(Home home) throws Exception {
        if (database == null) {
            return DriverManager.getConnection(
                    "jdbc:postgresql://127.0.0.1:" + home.port("postgres") + "/evidence_ledger",
                    Stack.DATABASE_USER,
                    home.secret("postgres"));
        }
        return DriverManager.getConnection(
                database,
                Objects.requireNonNullElse(System.getenv("PGUSER"), Stack.DATABASE_USER),
                System.getenv("PGPASSWORD"));
    }
}
