package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.Service;
import dev.remit.handoff.seal.SigningKey;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TracesTest {
    private static final UUID CHANGE = UUID.fromString("0198c9a1-7c1e-7d3a-9b52-6a1f0c2d3e4f");
    private static final UUID FIRST = UUID.fromString("0198c9a1-7c1e-7d3a-8000-000000000001");
    private static final UUID SECOND = UUID.fromString("0198c9a1-7c1e-7d3a-8000-000000000002");

    @TempDir Path folder;

    /** Whoever does collect spans finds the whole chain under the change's own id. */
    @Test
    void theHeaderGoesOnWhereNobodyCollectsSpans() throws Exception {
        Traces traces = traces();

        SpanContext sent = traces.sends("ChangeProposed", FIRST, CHANGE, null);
        String header = Traces.text(sent);
        assertThat(header).isEqualTo("00-0198c9a17c1e7d3a9b526a1f0c2d3e4f-8000000000000001-01");

        SpanContext read =
                Objects.requireNonNull(Traces.read(header.getBytes(StandardCharsets.US_ASCII)));
        SpanContext received =
                traces.receives("ChangeProposed", Service.CONNECTOR, FIRST, read).getSpanContext();
        assertThat(received).isEqualTo(read);

        assertThat(Traces.text(traces.sends("ReadinessJudged", SECOND, CHANGE, received)))
                .isEqualTo("00-0198c9a17c1e7d3a9b526a1f0c2d3e4f-8000000000000002-01");
    }

    @Test
    void aMessageWithoutAHeaderThatReadsHasNoTraceToGoOnWith() throws Exception {
        assertThat(
                        traces().receives("ChangeProposed", Service.CONNECTOR, FIRST, null)
                                .getSpanContext()
                                .isValid())
                .isFalse();
    }

    private Traces traces() throws IOException {
        SigningKey key = SigningKey.generate("connector", new SecureRandom());
        Path signing = Files.writeString(folder.resolve("connector.key"), key.secretText());
        Path trust = Files.writeString(folder.resolve("trust.vkeys"), key.verifier() + "\n");
        return new Traces(OpenTelemetry.noop(), new Keys("connector", signing, trust), true);
    }
}
