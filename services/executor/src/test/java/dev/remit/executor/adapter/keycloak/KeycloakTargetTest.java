package dev.remit.executor.adapter.keycloak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.executor.application.Target;
import dev.remit.executor.application.Workers;
import dev.remit.executor.domain.Plan;
import dev.remit.executor.domain.TargetState;
import io.quarkus.oidc.client.OidcClient;
import io.quarkus.oidc.client.Tokens;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.WebApplicationException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.RestResponse;
import org.junit.jupiter.api.Test;

/** What counts as an account that is gone. */
class KeycloakTargetTest {
    private static final String OWN = "executor-1";

    @Test
    void anAccountIsGoneWhereTheExecutorsOwnIsThere() {
        assertThatThrownBy(() -> read(new Realm(Set.of(OWN), 404), "a1"))
                .isInstanceOf(Target.Gone.class);
        assertThat(read(new Realm(Set.of(OWN, "a1"), 404), "a1"))
                .isEqualTo(new TargetState(true, 0, List.of(new Plan.Group("g1", "/sales"))));
    }

    /** A default backend of an ingress, a realm that is imported anew. */
    @Test
    void whereEverythingIsNotFoundNothingIsKnownOfTheAccount() {
        assertThatThrownBy(() -> read(new Realm(Set.of(), 404), "a1"))
                .isInstanceOf(Target.Silent.class)
                .hasMessageContaining("404");
    }

    @Test
    void noOtherAnswerSaysThatAnAccountIsGone() {
        assertThatThrownBy(() -> read(new Realm(Set.of(OWN), 503), "a1"))
                .isInstanceOf(Target.Silent.class);
        assertThatThrownBy(() -> read(new Realm(Set.of(OWN), 403), "a1"))
                .isExactlyInstanceOf(Target.Impossible.class);
    }

    private static TargetState read(Realm realm, String account) {
        return new KeycloakTarget(realm, new OwnTokens(), "acme")
                .read(account)
                .await()
                .atMost(Duration.ofSeconds(10));
    }

    @Test
    void whoSignsInElsewhereOrIsGoneIsNobodyThatIsKnown() {
        var realm = new Realm(Set.of("a1"), 404);
        assertThat(known(realm, "keycloak:acme", "a1"))
                .isEqualTo(new Workers.Known.Person(Optional.empty()));
        assertThat(known(realm, "keycloak:acme", "a2")).isInstanceOf(Workers.Known.Stranger.class);
        assertThat(known(realm, "keycloak:staff", "a1"))
                .isEqualTo(
                        new Workers.Known.Stranger(
                                "people sign in at keycloak:staff, and the executor reads accounts of keycloak:acme only"));
        assertThatThrownBy(() -> known(new Realm(Set.of(), 503), "keycloak:acme", "a1"))
                .isInstanceOf(Target.Silent.class);
    }

    private static Workers.Known known(Realm realm, String people, String person) {
        return new KeycloakWorkers(realm, "acme", people)
                .of(person)
                .await()
                .atMost(Duration.ofSeconds(10));
    }

    @Test
    void onlyWhatIsMeantIsChanged() {
        var target = new KeycloakTarget(new Realm(Set.of(OWN, "a1"), 404), new OwnTokens(), "acme");
        UPDATES.clear();
        target.enable("a1").await().atMost(Duration.ofSeconds(10));
        target.setManager("a1", "E9").await().atMost(Duration.ofSeconds(10));
        target.setManager("a1", "").await().atMost(Duration.ofSeconds(10));
        target.setOwner("a1", "E9").await().atMost(Duration.ofSeconds(10));
        target.setOwner("a1", "").await().atMost(Duration.ofSeconds(10));
        assertThat(UPDATES)
                .extracting(JsonNode::toString)
                .containsExactly(
                        "{\"enabled\":true}",
                        "{\"email\":\"a\",\"attributes\":{\"manager\":[\"E9\"]}}",
                        "{\"email\":\"a\",\"attributes\":{}}",
                        "{\"email\":\"a\",\"attributes\":{\"owner\":[\"E9\"]}}",
                        "{\"email\":\"a\",\"attributes\":{}}");
    }

    @Test
    void whatGoesOnByAnOfflineTokenIsASessionToo() {
        var realm = new Realm(Set.of(OWN, "a1"), 404);
        var target = new KeycloakTarget(realm, new OwnTokens(), "acme");
        CONSENTS.clear();
        CONSENTS.add(new KeycloakAdmin.Consent("asked", List.of()));
        CONSENTS.add(
                new KeycloakAdmin.Consent(
                        "https://phone/", List.of(new KeycloakAdmin.Grant("Offline Token"))));
        UPDATES.clear();
        assertThat(read(realm, "a1").sessions()).isEqualTo(1);
        target.endSessions("a1").await().atMost(Duration.ofSeconds(10));
        assertThat(UPDATES)
                .extracting(JsonNode::asText)
                .containsExactly("logout", "https://phone/");
        assertThat(read(realm, "a1").sessions()).isZero();
    }

    @Test
    void theNewestPasswordCounts() {
        var target = new KeycloakTarget(new Realm(Set.of(OWN, "a1"), 404), new OwnTokens(), "acme");
        assertThat(target.readWithSecret("a1").await().atMost(Duration.ofSeconds(10)).secretSince())
                .contains(java.time.Instant.ofEpochMilli(2_000));
    }

    private static final Plan.Step.CreateAccount NEW =
            new Plan.Step.CreateAccount("e7", "E7", /* enabled= */ false, "E9");

    @Test
    void anAccountIsMadeWithExactlyThisAndWithoutACredential() {
        var realm = new Realm(Set.of(OWN), 404);
        var target = new KeycloakTarget(realm, new OwnTokens(), "acme");
        UPDATES.clear();
        assertThat(target.create(NEW).await().atMost(Duration.ofSeconds(10))).isEqualTo("u-7");
        assertThat(UPDATES)
                .extracting(JsonNode::toString)
                .containsExactly(
                        "{\"username\":\"e7\",\"enabled\":false,\"attributes\":{\"employeeNumber\":[\"E7\"],\"manager\":[\"E9\"]}}");
    }

    @Test
    void whatIsThereOfItIsFoundByWorkerIdAndByName() {
        FOUND.clear();
        assertThat(find(new Realm(Set.of(OWN), 404))).isEqualTo(TargetState.GONE);
        FOUND.add(user("a1", "e7", "E7"));
        FOUND.add(user("a2", "e77", "E7-7"));
        assertThat(find(new Realm(Set.of(OWN, "a1"), 404)).there()).isTrue();
        FOUND.add(user("a3", "other", "E7"));
        assertThat(find(new Realm(Set.of(OWN, "a1"), 404)).identity())
                .isEqualTo(new TargetState.Identity("", "e7,other", "E7,E7"));
    }

    /** Without the right to see accounts every search is empty. */
    @Test
    void whoSeesNoAccountsDoesNotSayThatThereIsNone() {
        FOUND.clear();
        assertThatThrownBy(() -> find(new Realm(Set.of(), 403))).isInstanceOf(Target.Silent.class);
    }

    private static TargetState find(Realm realm) {
        return new KeycloakTarget(realm, new OwnTokens(), "acme")
                .find(NEW)
                .await()
                .atMost(Duration.ofSeconds(10));
    }

    private static ObjectNode user(String id, String username, String worker) {
        ObjectNode user = JsonNodeFactory.instance.objectNode();
        user.put("id", id).put("username", username);
        user.withObject("/attributes").putArray("employeeNumber").add(worker);
        return user;
    }

    private static final List<ObjectNode> FOUND = new java.util.ArrayList<>();
    private static final List<JsonNode> UPDATES = new java.util.ArrayList<>();
    private static final List<KeycloakAdmin.Consent> CONSENTS = new java.util.ArrayList<>();

    /** Answers with a status for every account but these. */
    private record Realm(Set<String> accounts, int otherwise) implements KeycloakAdmin {
        @Override
        public Uni<ObjectNode> user(String id) {
            return accounts.contains(id)
                    ? Uni.createFrom()
                            .item(
                                    JsonNodeFactory.instance
                                            .objectNode()
                                            .put("enabled", true)
                                            .put("email", "a"))
                    : Uni.createFrom().failure(new WebApplicationException(otherwise));
        }

        @Override
        public Uni<List<ObjectNode>> having(String attribute, int atMost) {
            return Uni.createFrom().item(FOUND);
        }

        @Override
        public Uni<List<ObjectNode>> named(String username, boolean exact, int atMost) {
            return Uni.createFrom().item(FOUND);
        }

        @Override
        public Uni<RestResponse<Void>> create(JsonNode user) {
            UPDATES.add(user);
            return Uni.createFrom()
                    .item(
                            RestResponse.created(
                                    URI.create("http://kc/admin/realms/acme/users/u-7")));
        }

        @Override
        public Uni<List<JsonNode>> sessions(String id) {
            return Uni.createFrom().item(List.of());
        }

        @Override
        public Uni<List<Group>> groups(String id) {
            return Uni.createFrom().item(List.of(new Group("g1", "/sales")));
        }

        @Override
        public Uni<Group> group(String group) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Uni<Void> update(String id, JsonNode user) {
            UPDATES.add(user);
            return Uni.createFrom().voidItem();
        }

        @Override
        public Uni<Void> delete(String id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Uni<List<Credential>> credentials(String id) {
            return Uni.createFrom()
                    .item(
                            List.of(
                                    new Credential("otp", 3_000),
                                    new Credential("password", 1_000),
                                    new Credential("password", 2_000)));
        }

        @Override
        public Uni<Void> logout(String id) {
            UPDATES.add(JsonNodeFactory.instance.textNode("logout"));
            return Uni.createFrom().voidItem();
        }

        @Override
        public Uni<List<Consent>> consents(String id) {
            return Uni.createFrom().item(List.copyOf(CONSENTS));
        }

        @Override
        public Uni<Void> revoke(String id, String clientId) {
            UPDATES.add(JsonNodeFactory.instance.textNode(clientId));
            CONSENTS.removeIf(each -> each.clientId().equals(clientId));
            return Uni.createFrom().voidItem();
        }

        @Override
        public Uni<Void> join(String id, String group) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Uni<Void> leave(String id, String group) {
            throw new UnsupportedOperationException();
        }
    }

    /** Tokens of the executor's own account. */
    private static final class OwnTokens implements OidcClient {
        @Override
        public Uni<Tokens> getTokens(Map<String, String> parameters) {
            String claims =
                    Base64.getUrlEncoder()
                            .encodeToString(
                                    ("{\"sub\":\"" + OWN + "\"}").getBytes(StandardCharsets.UTF_8));
            return Uni.createFrom()
                    .item(
                            new Tokens(
                                    "h." + claims + ".s",
                                    null,
                                    null,
                                    null,
                                    null,
                                    new JsonObject(),
                                    "executor"));
        }

        @Override
        public Uni<Tokens> refreshTokens(String token, Map<String, String> parameters) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Uni<Boolean> revokeAccessToken(String token, Map<String, String> parameters) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
