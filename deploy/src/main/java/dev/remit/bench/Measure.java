package dev.remit.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run, measured.
 *
 * @param pass which time, from 1
 * @param offered changes per second that were due; infinite when all were due at once
 * @param changes how many were asked for
 * @param done how many arrived at the end of the chain, or closed COMPLETED
 * @param seconds from the first to the last, see {@link Load}
 * @param latency from when a change was due to its end; null at saturation
 * @param fromProposal the mesh only: from the time in ChangeProposed to its end; null elsewhere
 * @param usage CPU seconds meanwhile
 * @param bytes growth on disk meanwhile, by where
 * @param memory kilobytes at the end, by process (Pss)
 * @param batches how many records the services' transactions took, the mesh only
 */
record Measure(
        Subject subject,
        int pass,
        Load load,
        double offered,
        int changes,
        int done,
        double seconds,
        @Nullable Distribution latency,
        @Nullable Distribution fromProposal,
        Machine.Usage usage,
        Map<String, Long> bytes,
        Map<String, Long> memory,
        Batches batches) {

    /** What is measured. */
    enum Subject {
        RAW("a", "raw Kafka chain"),
        DATABASE("b", "Kafka + PostgreSQL chain"),
        MESH_RULE("c1", "mesh, approved by a rule"),
        MESH_PEOPLE("c2", "mesh, approved by API");

        final String code;
        final String words;

        Subject(String code, String words) {
            this.code = code;
            this.words = words;
        }

        boolean isMesh() {
            return this == MESH_RULE || this == MESH_PEOPLE;
        }
    }

    /** How much is due when. */
    enum Load {
        /** All at once; seconds count from the first proposal to the last end. */
        SATURATION,
        /** A fixed low rate, one by one. */
        LOW,
        /** Half of what saturation gave. */
        HALF
    }

    double perSecond() {
        return done / seconds;
    }

    /** CPU milliseconds a change, of all processes that take part. */
    double cpuMilliseconds() {
        return usage.total() * 1000 / Math.max(1, done);
    }

    /** CPU milliseconds a change, by process. */
    Map<String, Double> cpuByProcess() {
        Map<String, Double> each = new LinkedHashMap<>();
        usage.processes()
                .forEach((name, seconds) -> each.put(name, seconds * 1000 / Math.max(1, done)));
        return each;
    }

    /** CPU milliseconds a change that the compilers took, of all JVMs. */
    double compilerMilliseconds() {
        return sum(usage.compilers()) * 1000 / Math.max(1, done);
    }

    /** CPU milliseconds a change that garbage collection took, of all JVMs. */
    double collectorMilliseconds() {
        return sum(usage.collectors()) * 1000 / Math.max(1, done);
    }

    private static double sum(Map<String, Double> seconds) {
        return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    long bytesPerChange() {
        return bytes.values().stream().mapToLong(Long::longValue).sum() / Math.max(1, done);
    }

    long memoryMegabytes() {
        return memory.values().stream().mapToLong(Long::longValue).sum() / 1024;
    }

    /** CPU seconds that others spent on this machine meanwhile. */
    double foreignSeconds() {
        return Math.max(0, usage.machine() - usage.total());
    }
}
