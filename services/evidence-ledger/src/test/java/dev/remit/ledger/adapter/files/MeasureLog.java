package dev.remit.ledger.adapter.files;

import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.merkle.Merkle;
import dev.remit.ledger.log.Tile;
import dev.remit.ledger.log.Tree;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Not a test: what a log of so many leaves costs on disk, and its proofs in time. Run with a number
 * of leaves, for example 1000000.
 */
final class MeasureLog {
    private MeasureLog() {}

    public static void main(String[] arguments) throws Exception {
        long size = Long.parseLong(arguments[0]);
        Path folder = Files.createTempDirectory("measure-log");
        Vertx vertx = Vertx.vertx();
        PublicFolder files = new PublicFolder(vertx, folder);
        long made = System.nanoTime();
        for (long from = 0; from < size; ) {
            long to = Math.min(size, from + 40L * Tile.FULL);
            List<Hash> leaves = new ArrayList<>();
            for (long n = from; n < to; n++) {
                leaves.add(Merkle.leafHash(("leaf " + n).getBytes(StandardCharsets.US_ASCII)));
            }
            Map<String, byte[]> tiles = new LinkedHashMap<>();
            new Tree(files, from)
                    .append(leaves)
                    .forEach((tile, bytes) -> tiles.put(tile.path(), bytes));
            files.write(tiles);
            from = to;
        }
        System.out.printf(
                "%d leaves hashed and their tiles forced to disk in %.1f s%n",
                size, (System.nanoTime() - made) / 1e9);
        try (Stream<Path> all = Files.walk(folder)) {
            long bytes =
                    all.filter(Files::isRegularFile)
                            .mapToLong(file -> file.toFile().length())
                            .sum();
            System.out.printf("tiles: %.2f bytes per leaf%n", (double) bytes / size);
        }
        Hash root = new Tree(files, size).root();
        Random random = new Random(7);
        for (int round = 0; round < 3; round++) {
            long[] times = new long[3_000];
            var threads = java.lang.management.ManagementFactory.getThreadMXBean();
            long cpu = threads.getCurrentThreadCpuTime();
            for (int n = 0; n < times.length; n++) {
                long index = (long) (random.nextDouble() * size);
                Hash leaf = Merkle.leafHash(("leaf " + index).getBytes(StandardCharsets.US_ASCII));
                long start = System.nanoTime();
                List<Hash> proof = new Tree(files, size).inclusionProof(index);
                times[n] = System.nanoTime() - start;
                if (!Merkle.includes(root, size, index, leaf, proof)) {
                    throw new IllegalStateException("a proof does not hold");
                }
            }
            cpu = threads.getCurrentThreadCpuTime() - cpu;
            Arrays.sort(times);
            System.out.printf(
                    "inclusion proof made and checked: %.3f ms of CPU; made in p50 %.3f ms, p99 %.3f ms, most %.3f ms%n",
                    cpu / 1e6 / times.length,
                    times[times.length / 2] / 1e6,
                    times[times.length * 99 / 100] / 1e6,
                    times[times.length - 1] / 1e6);
        }
        vertx.close();
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }
}
