package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.stack.Home;
import dev.remit.stack.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Who decides in whose place. */
@Command(
        name = "delegate",
        mixinStandardHelpOptions = true,
        description =
                "Lets another person decide in one's place for a time; without --to, shows who does.",
        footer = {"", "Needs: a running mesh; the role approver."})
final class Delegations implements Callable<Integer> {
    @ParentCommand Remit remit;

    @Mixin As.Named as = new As.Named();

    @Option(
            names = "--to",
            paramLabel = "USER",
            description = "Who is to decide: a user name, or an immutable id.")
    @Nullable String to;

    @Option(
            names = "--lasts",
            defaultValue = "P7D",
            paramLabel = "DURATION",
            description = "For how long, ISO 8601, at most 90 days (default: ${DEFAULT-VALUE}).")
    String time;

    @Option(
            names = "--charter",
            paramLabel = "NAME",
            description = "For this charter only; can be repeated.")
    List<String> charters = List.of();

    @Option(names = "--reason", defaultValue = "away", description = "Why.")
    String reason;

    @Option(names = "--end", paramLabel = "ID", description = "Ends this one before its time.")
    @Nullable String end;

    @Override
    public Integer call() throws Exception {
        Home home = remit.home();
        if (end != null) {
            as.delete(home, "approval-routing", "/delegations/" + end);
            System.out.println("ended");
            return 0;
        }
        if (to == null) {
            list(home);
            return 0;
        }
        ObjectNode body =
                Json.object()
                        .put("to", id(home, to))
                        .put("until", until(Duration.parse(time), Instant.now()))
                        .put("reason", reason);
        ArrayNode names = body.putArray("charters");
        charters.forEach(names::add);
        JsonNode given =
                as.post(
                        home,
                        "approval-routing",
                        "/delegations",
                        body,
                        Map.of("Idempotency-Key", UUID.randomUUID().toString()));
        System.out.println(line(given));
        System.out.println("what is open already is theirs too, within a second");
        return 0;
    }

    private void list(Home home) throws IOException, InterruptedException {
        List<JsonNode> all = as.all(home, "approval-routing", "/delegations");
        all.forEach(each -> System.out.println(line(each)));
        if (all.isEmpty()) {
            System.out.println("nobody decides for " + as.user() + ", nor the other way round");
        }
    }

    static String until(Duration time, Instant now) {
        return now.plus(time).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    static String line(JsonNode delegation) {
        JsonNode charters = delegation.path("charters");
        return "%s  %s lets %s decide until %s, %s: %s"
                .formatted(
                        delegation.path("id").asText(),
                        delegation.path("from").asText(),
                        delegation.path("to").asText(),
                        delegation.path("until").asText(),
                        charters.isEmpty() ? "all charters" : "charters " + charters,
                        delegation.path("reason").asText());
    }

    /**
     * The immutable id of one of acme's people: the sub of their token.
     *
     * @param user a user name, or such an id already
     */
    static String id(Home home, String user) throws IOException, InterruptedException {
        return user.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
                ? user
                : sub(Tokens.of(home, "remit-cli", user));
    }

    /** The sub of a JSON Web Token (RFC 7519). */
    static String sub(String token) throws IOException {
        byte[] claims = Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]);
        return Json.read(new String(claims, StandardCharsets.UTF_8)).path("sub").asText();
    }
}
