package dev.remit.connector.adapter.mesh;

import dev.remit.connector.application.Forecasts.Forecast;
import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.WebApplicationException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The services that are asked for what they know, each within three seconds. The token is the
 * caller's: a service says here only what it would say to the caller.
 */
@Singleton
class Neighbours {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /** What is asked of them. */
    interface Questions {
        @POST
        @Path("previews")
        Uni<Map<String, Object>> preview(
                @HeaderParam("Authorization") String authorization, Map<String, Object> body);

        @GET
        @Path("changes/{id}")
        Uni<Map<String, Object>> change(
                @HeaderParam("Authorization") String authorization, @PathParam("id") String id);

        @GET
        @Path("changes/{id}/certificate")
        Uni<Map<String, Object>> certificate(
                @HeaderParam("Authorization") String authorization, @PathParam("id") String id);

        @GET
        @Path("corrections")
        Uni<List<Map<String, Object>>> corrections(
                @HeaderParam("Authorization") String authorization);
    }

    private final Optional<Questions> readiness;
    private final Optional<Questions> approval;
    private final Optional<Questions> ledger;

    Neighbours(
            @ConfigProperty(name = "remit.readiness.url") Optional<URI> readiness,
            @ConfigProperty(name = "remit.approval.url") Optional<URI> approval,
            @ConfigProperty(name = "remit.ledger.url") Optional<URI> ledger) {
        this.readiness = readiness.map(Neighbours::client);
        this.approval = approval.map(Neighbours::client);
        this.ledger = ledger.map(Neighbours::client);
    }

    Uni<Forecast> readiness(Function<Questions, Uni<Map<String, Object>>> question) {
        return ask(readiness, "remit.readiness.url", question);
    }

    Uni<Forecast> approval(Function<Questions, Uni<Map<String, Object>>> question) {
        return ask(approval, "remit.approval.url", question);
    }

    Uni<Forecast> ledger(Function<Questions, Uni<Map<String, Object>>> question) {
        return ask(ledger, "remit.ledger.url", question);
    }

    private static Uni<Forecast> ask(
            Optional<Questions> service,
            String property,
            Function<Questions, Uni<Map<String, Object>>> question) {
        if (service.isEmpty()) {
            return Uni.createFrom().item(new Forecast.Unanswered(property + " is not configured"));
        }
        return question.apply(service.get())
                .ifNoItem()
                .after(PATIENCE)
                .fail()
                .map(answer -> (Forecast) new Forecast.Answered(answer))
                .onFailure()
                .recoverWithItem(failure -> new Forecast.Unanswered(words(failure)));
    }

    /** In plain words, without what came back: it may hold what is nobody's business. */
    private static String words(Throwable failure) {
        return switch (failure) {
            case WebApplicationException refused -> "answered " + refused.getResponse().getStatus();
            case TimeoutException _ -> "did not answer within " + PATIENCE.toSeconds() + " s";
            default -> "does not answer";
        };
    }

    private static Questions client(URI uri) {
        return QuarkusRestClientBuilder.newBuilder()
                .baseUri(uri)
                .connectTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .readTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .build(Questions.class);
    }
}
