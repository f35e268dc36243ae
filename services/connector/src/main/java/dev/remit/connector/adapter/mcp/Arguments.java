package dev.remit.connector.adapter.mcp;

import io.quarkiverse.mcp.server.ToolCallException;
import io.quarkiverse.mcp.server.ToolInputGuardrail;
import io.quarkiverse.mcp.server.ToolManager.ToolArgument;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A tool's arguments, checked before the tool sees them. A model that mistypes a name or leaves one
 * out is told which, by the codes that REST uses too: otherwise an argument would be dropped
 * silently, and something else done than was meant.
 */
@Singleton
public class Arguments implements ToolInputGuardrail {
    @Override
    public void apply(ToolInputContext context) {
        refusal(context.getTool().arguments(), context.getArguments())
                .ifPresent(words -> {
                    throw new ToolCallException(words);
                });
    }

    /** What is wrong, with the argument and the rule; empty if nothing is. */
    static Optional<String> refusal(List<ToolArgument> known, @Nullable JsonObject given) {
        JsonObject all = given == null ? new JsonObject() : given;
        List<String> names = known.stream().map(ToolArgument::name).toList();
        for (String name : new TreeSet<>(all.fieldNames())) {
            if (!names.contains(name)) {
                return Optional.of(
                        "FIELD_UNKNOWN ("
                                + name
                                + "): is no argument of this tool; it takes "
                                + String.join(", ", names));
            }
        }
        for (ToolArgument each : known) {
            Object value = all.getValue(each.name());
            if (value == null) {
                if (each.required()) {
                    return Optional.of("FIELD_MISSING (" + each.name() + "): must be given");
                }
            } else if (each.type() == String.class && !(value instanceof String)) {
                return Optional.of(
                        "FIELD_MISFORMED ("
                                + each.name()
                                + "): must be a text, not "
                                + kind(value));
            }
        }
        return Optional.empty();
    }

    private static String kind(Object value) {
        return switch (value) {
            case Number _ -> "a number";
            case Boolean _ -> "true or false";
            case JsonArray _ -> "a list";
            case List<?> _ -> "a list";
            default -> "an object";
        };
    }
}
