package dev.remit.handoff.loop;

import io.apicurio.registry.serde.avro.AvroDatumProvider;
import io.apicurio.registry.serde.avro.AvroSerdeConfig;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;

/**
 * Readers and writers of generated records, made once a schema: a reader that is made for each
 * message would resolve the two schemas each time.
 */
public final class Datums implements AvroDatumProvider<IndexedRecord> {
    private static final Map<Schema, DatumWriter<IndexedRecord>> WRITERS =
            new ConcurrentHashMap<>();
    private static final Map<Schema, DatumReader<IndexedRecord>> READERS =
            new ConcurrentHashMap<>();

    static DatumWriter<IndexedRecord> writer(Schema schema) {
        return WRITERS.computeIfAbsent(schema, written -> new SpecificDatumWriter<>(written));
    }

    @Override
    public void configure(AvroSerdeConfig config) {
        // there is nothing to choose
    }

    @Override
    public DatumWriter<IndexedRecord> createDatumWriter(IndexedRecord record, Schema schema) {
        return writer(schema);
    }

    @Override
    public DatumReader<IndexedRecord> createDatumReader(Schema schema) {
        return reader(schema);
    }

    /** Reads what the schema writes as the generated class of that name. */
    static DatumReader<IndexedRecord> reader(Schema schema) {
        return READERS.computeIfAbsent(schema, Datums::made);
    }

    private static DatumReader<IndexedRecord> made(Schema written) {
        Class<?> generated = SpecificData.get().getClass(written);
        if (generated == null) {
            throw new AvroRuntimeException("no record of this build is a " + written.getFullName());
        }
        return new SpecificDatumReader<>(written, SpecificData.get().getSchema(generated));
    }

    @Override
    public Schema toSchema(IndexedRecord record) {
        return record.getSchema();
    }
}
