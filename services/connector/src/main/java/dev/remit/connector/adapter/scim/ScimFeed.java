package dev.remit.connector.adapter.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.connector.application.Feeds;
import dev.remit.connector.application.Feeds.Turn;
import dev.remit.connector.application.Listing;
import dev.remit.connector.application.ObserveTarget;
import dev.remit.connector.application.Pace;
import dev.remit.connector.domain.Account;
import dev.remit.handoff.merkle.Hash;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the users of one SCIM 2.0 system (RFC 7644, section 3.4.2.4: startIndex and count). A
 * listing is believed only if its pages overlap, no user comes twice and the total stays the same
 * and fits: RFC 7644 does not promise that a list stands still while it is paged.
 */
final class ScimFeed {
    private static final String ENTERPRISE =
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    /** No schema of RFC 7643 says who answers for an account; this one does. */
    private static final String OWNER_OF = "urn:remit:params:scim:schemas:extension:owner:1.0:User";

    private static final int PAGE = 200;

    /** The pages of a list stay in memory up to so many users. */
    private static final int REMEMBERED = 50_000;

    private static final int LONGEST_PAGE = 16 * 1024 * 1024;
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(CONNECT)
                    .build();

    /** A user as listed; the manager by SCIM id. */
    private record User(
            String id,
            boolean active,
            @Nullable String workerId,
            @Nullable String manager,
            List<Account.Group> groups,
            List<String> roles,
            String label,
            @Nullable String owner) {}

    private record Page(int total, List<User> users) {}

    /** A page, and the hash of the bytes that it came as. */
    private record Read(Hash bytes, Page page) {}

    private final String system;
    private final URI users;
    private final Optional<String> token;
    private final Feeds feeds;
    private final ObserveTarget observe;

    /** Of the last complete list, by their first index: such bytes need not be parsed anew. */
    private volatile Map<Integer, Read> pages = Map.of();

    /**
     * @param name letters, digits and dashes; the system is called scim:name
     * @param url the base URL, http or https
     * @throws IllegalArgumentException naming the setting and the rule
     */
    ScimFeed(String name, String url, Optional<String> token, Feeds feeds, ObserveTarget observe) {
        if (!name.matches("[A-Za-z0-9-]{1,32}")) {
            throw new IllegalArgumentException(
                    "remit.scim." + name + ": a name is 1 to 32 letters, digits or dashes");
        }
        this.system = "scim:" + name;
        this.users = users(name, url);
        this.token = token;
        this.feeds = feeds;
        this.observe = observe;
    }

    /** The system's name in observations, charters and plans. */
    String system() {
        return system;
    }

    /** Reads all users once, if it is this replica's turn. */
    Uni<Void> read() {
        return feeds.read(system, this::accounts);
    }

    private Uni<Void> accounts(Turn turn) {
        Map<Integer, Read> read = new HashMap<>();
        return all(new Listing<>(User::id), Optional.empty(), read)
                .invoke(users -> pages = users.size() > REMEMBERED ? Map.of() : read)
                .map(ScimFeed::accounts)
                .chain(accounts -> observe.accounts(turn, system, accounts));
    }

    private Uni<List<User>> all(
            Listing<User> listing, Optional<Integer> total, Map<Integer, Read> read) {
        return Pace.unhurried(() -> page(listing.next() + 1, read))
                .chain(page -> {
                    if (total.isPresent() && total.get() != page.total()) {
                        throw new Listing.Incomplete(
                                "the list changed while it was read: totalResults was "
                                        + total.get()
                                        + ", now "
                                        + page.total());
                    }
                    boolean more = listing.add(page.users());
                    if (listing.size() == page.total()) {
                        return Uni.createFrom().item(listing.entries());
                    }
                    if (!more || listing.size() > page.total()) {
                        throw new Listing.Incomplete(
                                "totalResults is "
                                        + page.total()
                                        + ", but "
                                        + listing.size()
                                        + " users were listed");
                    }
                    return all(listing, Optional.of(page.total()), read);
                });
    }

    private Uni<Page> page(int startIndex, Map<Integer, Read> read) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                URI.create(users + "?startIndex=" + startIndex + "&count=" + PAGE))
                        .timeout(ANSWER)
                        .header("Accept", "application/scim+json, application/json");
        token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        return Uni.createFrom()
                .completionStage(() ->
                        CLIENT.sendAsync(
                                request.build(),
                                HttpResponse.BodyHandlers.limiting(
                                        HttpResponse.BodyHandlers.ofByteArray(), LONGEST_PAGE)))
                .ifNoItem()
                .after(ANSWER.multipliedBy(3))
                .fail()
                .map(answer -> page(startIndex, answer, read));
    }

    private Page page(int startIndex, HttpResponse<byte[]> answer, Map<Integer, Read> read) {
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("the system answered " + answer.statusCode());
        }
        Hash bytes = Hash.sha256(answer.body());
        Read before = pages.get(startIndex);
        Page page =
                before != null && before.bytes().equals(bytes)
                        ? before.page()
                        : page(answer.body());
        read.put(startIndex, new Read(bytes, page));
        return page;
    }

    private static Page page(byte[] body) {
        JsonNode list;
        try {
            list = JSON.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException("the answer is not JSON", e);
        }
        JsonNode total = list.path("totalResults");
        if (!total.isInt() || total.asInt() < 0) {
            throw new IllegalStateException("totalResults is missing or not a count");
        }
        List<User> users = new ArrayList<>();
        for (JsonNode user : list.path("Resources")) {
            users.add(user(user));
        }
        return new Page(total.asInt(), users);
    }

    private static User user(JsonNode user) {
        String id = text(user.path("id"));
        if (id == null) {
            throw new IllegalStateException("a user has no id");
        }
        List<Account.Group> groups = new ArrayList<>();
        Set<String> roles = new TreeSet<>();
        for (JsonNode group : user.path("groups")) {
            String value = text(group.path("value"));
            if (value != null) {
                String display = text(group.path("display"));
                String path = display == null ? value : display;
                // only direct memberships can be left (RFC 7643, section 4.1.2), all are held
                if ("indirect".equals(text(group.path("type")))) {
                    roles.add(path);
                } else {
                    groups.add(new Account.Group(value, path));
                }
            }
        }
        for (String held : List.of("roles", "entitlements")) {
            for (JsonNode each : user.path(held)) {
                String value = text(each.isTextual() ? each : each.path("value"));
                if (value != null) {
                    roles.add(value);
                }
            }
        }
        groups.sort(Comparator.comparing(Account.Group::path).thenComparing(Account.Group::id));
        String label = text(user.path("userName"));
        return new User(
                id,
                active(user.path("active")),
                text(user.path("externalId")),
                text(user.path(ENTERPRISE).path("manager").path("value")),
                groups,
                List.copyOf(roles),
                label == null ? id : label,
                text(user.path(OWNER_OF).path("owner").path("value")));
    }

    /** A user who does not say so is active: then someone still looks at the account. */
    private static boolean active(JsonNode active) {
        return active.isBoolean() ? active.asBoolean() : !"false".equalsIgnoreCase(active.asText());
    }

    private static @Nullable String text(JsonNode value) {
        String text = value.isTextual() ? value.asText().replaceAll("\\p{Cntrl}", " ").strip() : "";
        return text.isEmpty() ? null : text;
    }

    private static List<Account> accounts(List<User> users) {
        Map<String, User> byId =
                users.stream().collect(Collectors.toMap(User::id, Function.identity()));
        return users.stream()
                .map(user -> {
                    User manager = user.manager() == null ? null : byId.get(user.manager());
                    return new Account(
                            user.id(),
                            user.active(),
                            user.workerId(),
                            manager == null ? null : manager.workerId(),
                            user.groups(),
                            user.roles(),
                            user.label(),
                            null,
                            owner(user, byId));
                })
                .toList();
    }

    /** Who answers for the account: another user's worker where one is named, or as it stands. */
    private static @Nullable String owner(User user, Map<String, User> byId) {
        String named = user.owner();
        User owner = named == null ? null : byId.get(named);
        return owner == null || owner.workerId() == null ? named : owner.workerId();
    }

    private static URI users(String name, String url) {
        URI base;
        try {
            base = new URI(url.replaceAll("/+$", ""));
        } catch (URISyntaxException e) {
            // without the cause: its text holds the URL, and with it whatever was put into it
            throw new IllegalArgumentException(
                    "remit.scim." + name + ".url: is not a URL: " + e.getReason());
        }
        boolean http = "http".equals(base.getScheme()) || "https".equals(base.getScheme());
        if (!http
                || base.getHost() == null
                || base.getUserInfo() != null
                || base.getQuery() != null
                || base.getFragment() != null) {
            throw new IllegalArgumentException(
                    "remit.scim."
                            + name
                            + ".url: is not an http or https URL without user, query and fragment");
        }
        return URI.create(base + "/Users");
    }
}
