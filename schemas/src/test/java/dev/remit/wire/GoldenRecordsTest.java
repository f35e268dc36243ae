package dev.remit.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.SchemaParser;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.RandomData;
import org.junit.jupiter.api.Test;

/**
 * Bytes that a released version wrote are read by this build for ever. {@code
 * released/<version>/<Record>.avro} holds records of it in Avro binary, made from a seed when the
 * version was released ({@code -Dremit.golden=write}, only where the file is missing).
 */
class GoldenRecordsTest {
    private static final Path RELEASED = Path.of("released");
    private static final int RECORDS = 8;
    private static final long SEED = 20261124;

    @Test
    void everyReleasedVersionsBytesAreStillRead() throws IOException {
        for (Path file : schemas()) {
            Schema written = parse(file);
            Path golden = golden(file);
            if ("write".equals(System.getProperty("remit.golden")) && Files.notExists(golden)) {
                Files.write(golden, made(written));
            }
            byte[] bytes = Files.readAllBytes(golden);
            Schema current = current(written.getName());
            List<GenericRecord> records = read(bytes, written, current);
            assertThat(read(bytes(current, records), current, current))
                    .as(golden.toString())
                    .isEqualTo(records);
        }
    }

    /**
     * {@code -Dremit.release=v3} writes what this build writes and no released version did, once it
     * is to be released.
     */
    @Test
    void whatThisBuildWritesIsReleasedAndCanBeReadWithoutARegistry() throws IOException {
        Set<Long> released = new HashSet<>();
        for (Path file : schemas()) {
            released.add(SchemaNormalization.parsingFingerprint64(parse(file)));
        }
        String version = System.getProperty("remit.release");
        for (Schema schema : Messages.schemas()) {
            long fingerprint = SchemaNormalization.parsingFingerprint64(schema);
            if (version != null && !version.isEmpty() && released.add(fingerprint)) {
                Path folder = Files.createDirectories(RELEASED.resolve(version));
                Files.writeString(
                        folder.resolve(schema.getName() + ".avsc"), schema.toString(true) + "\n");
            }
            assertThat(released).as(schema.getName() + " is released").contains(fingerprint);
        }
        String index =
                schemas().stream()
                        .map(file -> RELEASED.relativize(file) + "\n")
                        .collect(Collectors.joining());
        if (version != null && !version.isEmpty()) {
            Files.writeString(RELEASED.resolve("index"), index);
        }
        assertThat(Files.readString(RELEASED.resolve("index"))).isEqualTo(index);
        for (long fingerprint : released) {
            assertThat(Messages.written(fingerprint)).isPresent();
        }
    }

    @Test
    void bytesThatDoNotFitAreNoticed() throws IOException {
        Path file = RELEASED.resolve("v1/ChangeProposed.avsc");
        byte[] bytes = Files.readAllBytes(golden(file));
        assertThatThrownBy(() ->
                        read(
                                Arrays.copyOf(bytes, bytes.length - 1),
                                parse(file),
                                current("ChangeProposed")))
                .isInstanceOf(IOException.class);
    }

    /** All the records in these bytes, as this reader sees them; nothing may be left over. */
    private static List<GenericRecord> read(byte[] bytes, Schema written, Schema reader)
            throws IOException {
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, null);
        var datum = new GenericDatumReader<GenericRecord>(written, reader);
        List<GenericRecord> records = new ArrayList<>();
        for (int n = 0; n < RECORDS; n++) {
            records.add(datum.read(null, decoder));
        }
        assertThat(decoder.isEnd()).as("nothing is left over").isTrue();
        return records;
    }

    private static byte[] made(Schema schema) throws IOException {
        return bytes(schema, new RandomData(schema, RECORDS, SEED));
    }

    private static byte[] bytes(Schema schema, Iterable<?> records) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        var writer = new GenericDatumWriter<Object>(schema);
        for (Object record : records) {
            writer.write(record, encoder);
        }
        encoder.flush();
        return out.toByteArray();
    }

    private static Path golden(Path schema) {
        return schema.resolveSibling(
                schema.getFileName().toString().replaceFirst("[.]avsc$", ".avro"));
    }

    private static Schema current(String name) {
        return Messages.schemas().stream()
                .filter(schema -> schema.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Schema parse(Path file) throws IOException {
        return new SchemaParser().parse(Files.readString(file)).mainSchema();
    }

    private static List<Path> schemas() throws IOException {
        try (Stream<Path> files = Files.walk(RELEASED)) {
            return files.filter(file -> file.toString().endsWith(".avsc")).sorted().toList();
        }
    }
}
