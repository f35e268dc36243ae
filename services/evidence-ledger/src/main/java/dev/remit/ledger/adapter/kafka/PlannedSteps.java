package dev.remit.ledger.adapter.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.wire.v1.ExecutionAuthorized;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;

/** The steps of the plan that an authorization carries. */
public final class PlannedSteps {
    private static final ObjectMapper JSON = new ObjectMapper();

    private PlannedSteps() {}

    /** Their names; empty if the record authorizes nothing, or its plan does not read. */
    public static Optional<Set<String>> of(SpecificRecord record) {
        if (!(record instanceof ExecutionAuthorized authorized)) {
            return Optional.empty();
        }
        ByteBuffer plan = authorized.getPlan().duplicate();
        byte[] bytes = new byte[plan.remaining()];
        plan.get(bytes);
        try {
            Set<String> names = new TreeSet<>();
            for (JsonNode step : JSON.readTree(bytes).path("steps")) {
                names.add(step.path("name").asText());
            }
            return Optional.of(names);
        } catch (IOException e) {
            // no executor performs a plan that does not read
            return Optional.empty();
        }
    }
}
