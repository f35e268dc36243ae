package dev.remit.handoff.loop;

import dev.remit.handoff.Service;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * W3C trace context of handoffs. The trace of a change has the change's own id, so that whoever
 * knows the change finds its trace, however long its approvers take. The header travels beside the
 * seal, not under it: it says nothing about authority, and proxies may rewrite it.
 */
@Singleton
class Traces {
    static final String HEADER = "traceparent";

    /** Characters of a traceparent of version 00 (W3C Trace Context, section 3.2). */
    private static final int LENGTH = 55;

    private static final HexFormat HEX = HexFormat.of();

    private final Tracer tracer;
    private final String service;
    private final boolean off;

    /**
     * @param off whether nobody collects spans: then none is made, and the header goes on as if
     */
    Traces(
            OpenTelemetry telemetry,
            Keys keys,
            @ConfigProperty(name = "quarkus.otel.sdk.disabled", defaultValue = "false")
                    boolean off) {
        this.tracer = telemetry.getTracer("dev.remit.handoff");
        this.service = keys.service().id();
        this.off = off;
    }

    /** The context a message came with; null when it has none that reads. */
    static @Nullable SpanContext read(byte @Nullable [] header) {
        if (header == null) {
            return null;
        }
        String text = new String(header, StandardCharsets.US_ASCII);
        if (text.length() != LENGTH
                || !text.startsWith("00-")
                || text.charAt(35) != '-'
                || text.charAt(52) != '-'
                || !isHex(text.substring(53))) {
            return null;
        }
        SpanContext context =
                SpanContext.createFromRemoteParent(
                        text.substring(3, 35),
                        text.substring(36, 52),
                        TraceFlags.fromHex(text, 53),
                        TraceState.getDefault());
        return context.isValid() ? context : null;
    }

    private static boolean isHex(String text) {
        return text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    /** The header's text for a context. */
    static String text(SpanContext context) {
        return "00-"
                + context.getTraceId()
                + '-'
                + context.getSpanId()
                + '-'
                + context.getTraceFlags().asHex();
    }

    /** The span of handling a received message; to be ended when its transaction has. */
    Span receives(String record, Service from, UUID id, @Nullable SpanContext parent) {
        if (off) {
            return parent == null ? Span.getInvalid() : Span.wrap(parent);
        }
        return span(service + " receives " + record, SpanKind.CONSUMER, parent)
                .setAttribute("messaging.system", "kafka")
                .setAttribute("messaging.message.id", id.toString())
                .setAttribute("remit.from", from.id());
    }

    /**
     * The context under which a message goes out: a span of its own, ended at once.
     *
     * @param parent of the message that led to it; null when a person or a clock did
     */
    SpanContext sends(String record, UUID id, @Nullable UUID change, @Nullable SpanContext parent) {
        SpanContext above = parent == null ? root(id, change) : parent;
        if (off) {
            return SpanContext.create(
                    above.getTraceId(),
                    HEX.toHexDigits(id.getLeastSignificantBits()),
                    above.getTraceFlags(),
                    TraceState.getDefault());
        }
        Span span =
                span(service + " hands on " + record, SpanKind.PRODUCER, above)
                        .setAttribute("messaging.message.id", id.toString());
        span.end();
        return span.getSpanContext();
    }

    private Span span(String name, SpanKind kind, @Nullable SpanContext parent) {
        var builder = tracer.spanBuilder(name).setSpanKind(kind);
        return (parent == null
                        ? builder.setNoParent()
                        : builder.setParent(Context.root().with(Span.wrap(parent))))
                .startSpan();
    }

    private static SpanContext root(UUID id, @Nullable UUID change) {
        UUID trace = change == null ? id : change;
        return SpanContext.createFromRemoteParent(
                HEX.toHexDigits(trace.getMostSignificantBits())
                        + HEX.toHexDigits(trace.getLeastSignificantBits()),
                HEX.toHexDigits(id.getLeastSignificantBits()),
                TraceFlags.getSampled(),
                TraceState.getDefault());
    }
}
