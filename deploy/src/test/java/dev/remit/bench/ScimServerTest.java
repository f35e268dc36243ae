package dev.remit.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScimServerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String OFF =
            """
            {"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
             "Operations":[{"op":"replace","path":"active","value":false}]}
            """;

    private final ScimServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    ScimServerTest() throws Exception {
        server = new ScimServer(250);
    }

    @AfterEach
    void close() {
        server.close();
        client.close();
    }

    @Test
    void usersAreListedPageByPageEachOnce() throws Exception {
        var workers = new java.util.TreeSet<String>();
        int from = 1;
        JsonNode page;
        do {
            page = get("/Users?startIndex=" + from + "&count=100");
            assertThat(page.path("totalResults").asInt()).isEqualTo(250);
            assertThat(page.path("startIndex").asInt()).isEqualTo(from);
            assertThat(page.path("itemsPerPage").asInt()).isEqualTo(page.path("Resources").size());
            page.path("Resources").forEach(each -> workers.add(each.path("externalId").asText()));
            from += page.path("itemsPerPage").asInt();
        } while (from <= 250);

        assertThat(workers).hasSize(250).contains(ScimServer.worker(0), ScimServer.worker(249));
    }

    @Test
    void aPageBehindTheEndIsEmpty() throws Exception {
        JsonNode page = get("/Users?startIndex=251&count=100");

        assertThat(page.path("totalResults").asInt()).isEqualTo(250);
        assertThat(page.path("itemsPerPage").asInt()).isZero();
        assertThat(page.path("Resources").isArray()).isTrue();
    }

    @Test
    void anAccountIsSwitchedOffAndReadsSo() throws Exception {
        assertThat(get("/Users/u7").path("active").asBoolean()).isTrue();

        assertThat(send("PATCH", "/Users/u7", OFF).path("active").asBoolean(true)).isFalse();

        JsonNode user = get("/Users/u7");
        assertThat(user.path("active").asBoolean(true)).isFalse();
        assertThat(user.path("id").asText()).isEqualTo("u7");
        assertThat(user.path("externalId").asText()).isEqualTo(ScimServer.worker(7));
        assertThat(server.isActive(6)).isTrue();
        assertThat(get("/Users?startIndex=8&count=1").at("/Resources/0/active").asBoolean(true))
                .isFalse();
    }

    @Test
    void aPatchMayNameNoPathAndWriteItsValueAsText() throws Exception {
        send(
                "PATCH",
                "/Users/u1",
                "{\"Operations\":[{\"op\":\"Replace\",\"value\":{\"active\":\"False\"}}]}");

        assertThat(server.isActive(1)).isFalse();
    }

    @Test
    void whatIsNotOfferedIsRefusedAndChangesNothing() throws Exception {
        assertThat(status("PATCH", "/Users/u1", "{\"Operations\":[]}")).isEqualTo(400);
        assertThat(status("PATCH", "/Users/u1", "no json")).isEqualTo(400);
        assertThat(
                        status(
                                "PATCH",
                                "/Users/u1",
                                "{\"Operations\":[{\"op\":\"remove\",\"path\":\"active\"}]}"))
                .isEqualTo(400);
        assertThat(
                        status(
                                "PATCH",
                                "/Users/u1",
                                "{\"Operations\":[{\"op\":\"replace\",\"path\":\"active\",\"value\":1}]}"))
                .isEqualTo(400);
        assertThat(status("GET", "/Users?filter=userName%20sw%20%22x%22", "")).isEqualTo(400);
        assertThat(status("GET", "/Users?count=many", "")).isEqualTo(400);
        assertThat(status("DELETE", "/Users/u1", "")).isEqualTo(405);
        assertThat(status("GET", "/Users/u250", "")).isEqualTo(404);
        assertThat(status("GET", "/Users/x", "")).isEqualTo(404);
        assertThat(status("GET", "/Schemas", "")).isEqualTo(404);
        assertThat(server.isActive(1)).isTrue();
    }

    @Test
    void aWorkerIsFoundByItsExternalId() throws Exception {
        String found = "/Users?filter=externalId%20eq%20%22" + ScimServer.worker(3) + "%22";

        assertThat(get(found).at("/Resources/0/id").asText()).isEqualTo("u3");
        assertThat(get("/Users?filter=externalId%20eq%20%22E1001%22").path("totalResults").asInt())
                .isZero();
    }

    @Test
    void theServerSaysWhatItOffers() throws Exception {
        assertThat(get("/ServiceProviderConfig").at("/patch/supported").asBoolean()).isTrue();
        assertThat(get("/Users/u1?attributes=active,groups").path("active").isBoolean()).isTrue();
    }

    @Test
    void thereAreNoGroups() throws Exception {
        assertThat(get("/Groups").path("totalResults").asInt(-1)).isZero();
    }

    @Test
    void aWorkerHasANumber() {
        assertThat(ScimServer.number(ScimServer.worker(42))).isEqualTo(42);
        assertThatThrownBy(() -> ScimServer.number("E1001"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private JsonNode get(String path) throws Exception {
        return send("GET", path, "");
    }

    private JsonNode send(String method, String path, String body) throws Exception {
        HttpResponse<String> answer = answer(method, path, body);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/scim+json");
        return JSON.readTree(answer.body());
    }

    private int status(String method, String path, String body) throws Exception {
        HttpResponse<String> answer = answer(method, path, body);
        assertThat(JSON.readTree(answer.body()).at("/schemas/0").asText())
                .isEqualTo("urn:ietf:params:scim:api:messages:2.0:Error");
        return answer.statusCode();
    }

    private HttpResponse<String> answer(String method, String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(server.url() + path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
