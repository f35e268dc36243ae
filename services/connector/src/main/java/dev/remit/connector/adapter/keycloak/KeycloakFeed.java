package dev.remit.connector.adapter.keycloak;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.connector.adapter.keycloak.KeycloakAdmin.AdminEvent;
import dev.remit.connector.adapter.keycloak.KeycloakAdmin.AuthDetails;
import dev.remit.connector.adapter.keycloak.KeycloakAdmin.Credential;
import dev.remit.connector.adapter.keycloak.KeycloakAdmin.User;
import dev.remit.connector.application.Charters;
import dev.remit.connector.application.Feeds;
import dev.remit.connector.application.Feeds.Turn;
import dev.remit.connector.application.ObserveTarget;
import dev.remit.connector.domain.Account;
import dev.remit.connector.domain.Activity;
import dev.remit.connector.domain.Event;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jboss.logging.Logger;

/** Reads Keycloak: all accounts every few seconds, and its admin events. */
@Singleton
class KeycloakFeed {
    private static final Logger LOG = Logger.getLogger(KeycloakFeed.class);
    private static final int PAGE = 100;

    /** An account can change without an admin event: its owner may change it. */
    private static final long LONGEST_UNREAD_NANOS = Duration.ofSeconds(15).toNanos();

    private static final ObjectMapper JSON = new ObjectMapper();

    private final KeycloakAdmin keycloak;
    private final ObserveTarget observe;
    private final Feeds feeds;
    private final Charters charters;
    private final MeterRegistry meters;
    private final String system;

    private final LateEvents late = new LateEvents();

    /** Something was done to accounts that were not read since. */
    private volatile boolean stirred = true;

    private volatile long readAt = System.nanoTime();

    KeycloakFeed(
            @RestClient KeycloakAdmin keycloak,
            ObserveTarget observe,
            Feeds feeds,
            Charters charters,
            MeterRegistry meters,
            @ConfigProperty(name = "remit.keycloak.realm") String realm) {
        this.keycloak = keycloak;
        this.observe = observe;
        this.feeds = feeds;
        this.charters = charters;
        this.meters = meters;
        this.system = "keycloak:" + realm;
    }

    void expect(@Observes StartupEvent started) {
        feeds.expect(system);
        feeds.expect(events());
        feeds.share(ages());
    }

    @Scheduled(every = "3s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> accounts() {
        return stirred || System.nanoTime() - readAt > LONGEST_UNREAD_NANOS
                ? feeds.read(system, this::accounts)
                : Uni.createFrom().voidItem();
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> activities() {
        return feeds.read(events(), this::activities);
    }

    private String events() {
        return system + "/admin-events";
    }

    /** Many calls, so only when an admin event calls for it, or from time to time. */
    private Uni<Void> accounts(Turn turn) {
        stirred = false;
        return read(turn)
                .invoke(() -> readAt = System.nanoTime())
                .onFailure()
                .invoke(() -> stirred = true);
    }

    private Uni<Void> read(Turn turn) {
        return Holdings.read(keycloak)
                .chain(held ->
                        Holdings.all((first, max) -> keycloak.users(first, max, false), User::id)
                                .map(users ->
                                        users.stream().map(user -> account(user, held)).toList())
                                .chain(accounts ->
                                        observe.accounts(
                                                turn,
                                                system,
                                                accounts,
                                                Optional.of(held.entitlements()))));
    }

    /** One call an account: rare, and only while a charter asks how old credentials are. */
    @Scheduled(
            every = "${remit.keycloak.credentials-every:1h}",
            delayed = "30s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> credentials() {
        boolean asked =
                charters.all().stream()
                        .flatMap(charter -> charter.on(Event.CREDENTIAL_TOO_OLD).stream())
                        .anyMatch(trigger -> trigger.target().equals(system));
        return asked
                ? feeds.read(ages(), turn -> observe.credentials(turn, system, this::passwordSince))
                : Uni.createFrom().voidItem();
    }

    private String ages() {
        return system + "/credentials";
    }

    /** One account that Keycloak cannot answer for hinders no other. */
    private Uni<Optional<Instant>> passwordSince(String user) {
        return keycloak.credentials(user)
                .map(KeycloakFeed::passwordSince)
                .onFailure(failure -> answers(failure, 404))
                .recoverWithItem(Optional.empty())
                .onFailure(failure -> answers(failure, 500))
                .invoke(() ->
                        meters.counter("remit.credentials.unread", "system", system).increment())
                .onFailure(failure -> answers(failure, 500))
                .recoverWithNull();
    }

    private static boolean answers(Throwable failure, int status) {
        return failure instanceof WebApplicationException answer
                && answer.getResponse().getStatus() == status;
    }

    /** Passwords grow old; a key or a generator of codes does not. */
    static Optional<Instant> passwordSince(List<Credential> credentials) {
        return credentials.stream()
                .filter(each -> each.type().equals("password"))
                .flatMap(each -> Optional.ofNullable(each.createdDate()).stream())
                .min(Comparator.naturalOrder())
                .map(Instant::ofEpochMilli);
    }

    private Uni<Void> activities(Turn turn) {
        return observe.position(system)
                .chain(position ->
                        eventsFrom(late.from(position, Instant.now()), new ArrayList<>())
                                .map(late::unreported)
                                .chain(events ->
                                        events.isEmpty()
                                                ? Uni.createFrom().voidItem()
                                                : report(turn, events, position)));
    }

    private Uni<Void> report(Turn turn, List<AdminEvent> events, long position) {
        stirred = true;
        List<Activity> activities =
                events.stream()
                        .sorted(Comparator.comparingLong(AdminEvent::time))
                        .map(KeycloakFeed::activity)
                        .flatMap(Optional::stream)
                        .toList();
        long newest = Math.max(position, newest(events, Instant.now()));
        return observe.activities(turn, system, activities, newest)
                .invoke(() -> late.report(events, newest));
    }

    /** What a clock says that is ahead hides nothing that is yet to come. */
    static long newest(List<AdminEvent> events, Instant now) {
        return Math.min(
                events.stream().mapToLong(AdminEvent::time).max().orElse(0), now.toEpochMilli());
    }

    /** The newest come first: one that arrives meanwhile makes another come twice, never none. */
    private Uni<List<AdminEvent>> eventsFrom(long from, List<AdminEvent> sofar) {
        return keycloak.adminEvents(from, sofar.size(), PAGE)
                .chain(page -> {
                    sofar.addAll(page);
                    return page.size() < PAGE
                            ? Uni.createFrom().item(sofar)
                            : eventsFrom(from, sofar);
                });
    }

    /** An admin event on a user, as an activity; other events say nothing about an account. */
    static Optional<Activity> activity(AdminEvent event) {
        String resource = event.resourcePath();
        if (resource == null) {
            return Optional.empty();
        }
        List<String> path = List.of(resource.split("/", -1));
        boolean onUser =
                path.size() >= 2
                        && path.getFirst().equals("users")
                        && (event.resourceType().equals("USER")
                                || event.resourceType().equals("GROUP_MEMBERSHIP"));
        if (!onUser) {
            return Optional.empty();
        }
        AuthDetails actor = event.authDetails();
        return Optional.of(
                new Activity(
                        event.id(),
                        Instant.ofEpochMilli(event.time()),
                        path.get(1),
                        event.operationType(),
                        event.resourceType(),
                        resource,
                        actor == null || actor.userId() == null ? "" : actor.userId(),
                        actor == null || actor.clientId() == null ? "" : actor.clientId(),
                        changed(event)));
    }

    /**
     * Only whether the account may sign in, and who answers for it and manages it, where that was
     * said; the rest of a representation is nobody's business here.
     */
    private static Map<String, String> changed(AdminEvent event) {
        Map<String, String> changed = new TreeMap<>();
        if (event.representation() != null && event.resourceType().equals("USER")) {
            try {
                JsonNode user = JSON.readTree(event.representation());
                if (user.path("enabled").isBoolean()) {
                    changed.put("enabled", user.path("enabled").asText());
                }
                // without attributes Keycloak leaves them; with some, it removes the others
                if (user.path("attributes").isObject()) {
                    for (String each : List.of("manager", "owner")) {
                        changed.put(each, user.path("attributes").path(each).path(0).asText());
                    }
                }
            } catch (JsonProcessingException e) {
                LOG.debugf("an admin event's representation is not JSON: %s", event.id());
            }
        }
        return changed;
    }

    private static Account account(User user, Holdings held) {
        return new Account(
                user.id(),
                user.enabled(),
                Holdings.attribute(user.attributes(), "employeeNumber"),
                Holdings.attribute(user.attributes(), "manager"),
                held.groups(user.id()),
                held.roles(user.id()),
                user.username(),
                held.direct(user.id()),
                Holdings.attribute(user.attributes(), "owner"));
    }
}
