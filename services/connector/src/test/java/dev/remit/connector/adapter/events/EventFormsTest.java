package dev.remit.connector.adapter.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.connector.adapter.events.EventFeeds.EventFeed;
import dev.remit.connector.adapter.events.EventFeeds.Form;
import dev.remit.connector.adapter.events.Signatures.Checked;
import dev.remit.connector.domain.Event;
import dev.remit.connector.domain.Occurrence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventFormsTest {
    /** Events that real systems wrote; not part of the product. */
    private static final Path CORPUS =
            Path.of(System.getProperty("remit.top", "../.."), "../shared/corpus");

    private static final ObjectMapper JSON = new ObjectMapper();

    private record Feed(
            Form form,
            String system,
            Optional<String> client,
            Optional<String> secret,
            Optional<String> issuer,
            Optional<String> audience,
            Optional<String> jwks,
            Optional<List<String>> owners)
            implements EventFeed {}

    private static final Feed SSF =
            new Feed(
                    Form.SSF,
                    "keycloak:acme",
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of("https://idp.example.com/3456790/"),
                    Optional.of("https://sp.example2.net/caep"),
                    Optional.empty(),
                    Optional.empty());

    private static final Feed GITHUB =
            new Feed(
                    Form.GITHUB,
                    "hr",
                    Optional.empty(),
                    Optional.of("It's a Secret to Everybody"),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(List.of("acme/api=E1002")));

    private static final String ALERT =
            """
            {"action": "%s",
             "alert": {"number": 7, "secret_type": "mailgun_api_key", "created_at": "2026-01-30T10:00:00Z", "secret": "key-0a1b"},
             "repository": {"id": 12, "full_name": "%s"}, "sender": {"login": "octocat", "id": 1}}
            """;

    @Test
    void aCompromiseInTheSpecificationsWordsIsAnExposedCredential() throws Exception {
        List<Occurrence> all = new ArrayList<>();
        for (JsonNode claims : corpus("ssf_set/openid-risc-spec.ndjson")) {
            all.addAll(events(EventForms.set("ssf", SSF, claims.toString())));
        }
        assertThat(all)
                .as("of all RISC events, the one that says so")
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.event()).isEqualTo(Event.CREDENTIAL_EXPOSED);
                    assertThat(each.subjectSystem()).isEqualTo("keycloak:acme");
                    assertThat(each.subjectId()).as("an address names nobody").isEmpty();
                    assertThat(each.words())
                            .isEqualTo("a credential of type password was compromised");
                    assertThat(each.at()).isEqualTo(Instant.ofEpochSecond(1508184845));
                });
    }

    @Test
    void whatRealSystemsTellOtherwiseOpensNothingAndBreaksNothing() throws Exception {
        for (String file :
                List.of(
                        "ssf_set/openid-sharedsignals-spec.ndjson",
                        "scim_events/draft-ietf-scim-events-16.ndjson")) {
            for (JsonNode claims : corpus(file)) {
                Told told = EventForms.set("ssf", SSF, claims.toString());
                assertThat(told instanceof Told.Broken || events(told).isEmpty())
                        .as(claims.toString())
                        .isTrue();
            }
        }
        for (JsonNode body : corpus("github_webhook/octokit-webhooks.ndjson")) {
            assertThat(events(EventForms.github("g", GITHUB, "push", bytes(body.toString()))))
                    .isEmpty();
        }
        // a signed-off certification names no item, so nobody can say what was revoked
        for (String file :
                List.of(
                        "sailpoint/developer-docs-event-triggers.ndjson",
                        "cloudevents/spec-json.ndjson")) {
            for (JsonNode body : corpus(file)) {
                Told told = EventForms.cloudEvents("c", SSF, bytes(body.toString()));
                assertThat(told instanceof Told.Broken || events(told).isEmpty())
                        .as(body.toString())
                        .isTrue();
            }
        }
    }

    @Test
    void aRealTokenHoldsUnderItsKeysAndNoOthers() throws Exception {
        int held = 0;
        for (JsonNode each :
                corpus("ssf_set_signed/captured-oidf-conformance-suite-5.2.4.ndjson")) {
            String token = each.path("set").asText();
            JsonNode keys = each.path("jwks").path("keys");
            if (token.isEmpty() || keys.isEmpty()) {
                continue;
            }
            var resolver =
                    new JwksVerificationKeyResolver(
                            new JsonWebKeySet(each.path("jwks").toString()).getJsonWebKeys());
            JsonNode claims =
                    JSON.readTree(
                            java.util.Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]));
            Feed feed = ssf(claims.path("iss").asText(), "https://receiver.example.test/ssf");
            if (Signatures.check(Signatures.consumer(feed, resolver), token)
                    instanceof Checked.Holds(String said)) {
                held++;
                assertThat(EventForms.set("ssf", feed, said)).isInstanceOf(Told.Events.class);
            }
            assertThat(
                            Signatures.check(
                                    Signatures.consumer(
                                            feed, new JwksVerificationKeyResolver(List.of(key()))),
                                    token))
                    .isInstanceOf(Checked.Fails.class);
        }
        assertThat(held).as("tokens that hold").isGreaterThan(10);
    }

    /** OpenID SSF 1.0 section 4, RFC 8417 section 2, RFC 8935 section 2.4. */
    @ParameterizedTest
    @CsvSource({
        "secevent+jwt, https://i, https://a, , ",
        "JWT,          https://i, https://a, , invalid_request",
        "secevent+jwt, https://o, https://a, , invalid_issuer",
        "secevent+jwt, https://i, https://b, , invalid_audience",
        "secevent+jwt, https://i, https://a, \"sub\": \"x\", invalid_request",
        "secevent+jwt, https://i, https://a, \"exp\": 4000000000, invalid_request"
    })
    void aTokenThatIsNoneOfTheFeedIsRefused(
            String type, String issuer, String audience, String more, String err) throws Exception {
        RsaJsonWebKey key = key();
        JsonWebSignature signed = new JsonWebSignature();
        signed.setHeader("typ", type);
        signed.setKeyIdHeaderValue(key.getKeyId());
        signed.setAlgorithmHeaderValue("RS256");
        signed.setKey(key.getPrivateKey());
        signed.setPayload(
                "{\"iss\": \"%s\", \"aud\": \"%s\", \"iat\": 1700000000, \"jti\": \"1\"%s}"
                        .formatted(issuer, audience, more == null ? "" : ", " + more));
        Checked checked =
                Signatures.check(
                        Signatures.consumer(
                                ssf("https://i", "https://a"),
                                new JwksVerificationKeyResolver(List.of(key))),
                        signed.getCompactSerialization());
        if (err == null) {
            assertThat(checked).isInstanceOf(Checked.Holds.class);
        } else {
            assertThat(checked)
                    .isInstanceOfSatisfying(
                            Checked.Fails.class, fails -> assertThat(fails.err()).isEqualTo(err));
        }
    }

    @Test
    void whoseKeysCannotBeFetchedIsNotRefused() {
        Feed feed =
                new Feed(
                        Form.SSF,
                        "keycloak:acme",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of("https://i"),
                        Optional.of("https://a"),
                        // the discard port: nobody listens
                        Optional.of("http://127.0.0.1:9/jwks"),
                        Optional.empty());
        String token =
                "eyJ0eXAiOiJzZWNldmVudCtqd3QiLCJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.e30.c2lnbmF0dXJl";
        assertThat(new Signatures().set("idp", feed, token)).isInstanceOf(Checked.Unknown.class);
    }

    @Test
    void anImmutableIdOfTheIssuerIsTheSubject() {
        assertThat(
                        events(
                                EventForms.set(
                                        "ssf",
                                        SSF,
                                        """
                                        {"iss": "https://idp.example.com/3456790/", "jti": "1", "iat": 1790000000000,
                                         "sub_id": {"format": "complex", "user": {"format": "iss_sub", "iss": "https://idp.example.com/3456790/", "sub": "a-1"}},
                                         "events": {"https://schemas.openid.net/secevent/risc/event-type/credential-compromise": {}}}
                                        """)))
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.subjectId()).isEqualTo("a-1");
                    assertThat(each.at())
                            .as("milliseconds")
                            .isEqualTo(Instant.ofEpochMilli(1790000000000L));
                });
    }

    /** GitHub's own known answer. */
    @Test
    void theSignatureIsOverTheBytesThatCame() {
        Optional<String> signature =
                Optional.of(
                        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
        assertThat(Signatures.github(GITHUB, signature, bytes("Hello, World!"))).isTrue();
        assertThat(Signatures.github(GITHUB, signature, bytes("Hello, World"))).isFalse();
        assertThat(Signatures.github(GITHUB, Optional.empty(), bytes("Hello, World!"))).isFalse();
        assertThat(Signatures.github(SSF, signature, bytes("Hello, World!")))
                .as("without a secret nothing holds")
                .isFalse();
    }

    @Test
    void anAlertIsAboutWhomItsRepositoryBelongsToAndItsSecretGoesNoFurther() {
        Occurrence known = alert("created", "acme/api");
        assertThat(known.subjectSystem()).isEqualTo("hr");
        assertThat(known.subjectId()).as("whose it is is asked at each look").isEmpty();
        assertThat(known.named()).isFalse();
        assertThat(known.resource()).contains("acme/api");
        assertThat(known.toString()).doesNotContain("key-0a1b");
        assertThat(known.id()).isNotEqualTo(alert("publicly_leaked", "acme/api").id());
        assertThat(
                        events(
                                EventForms.github(
                                        "g",
                                        GITHUB,
                                        "secret_scanning_alert",
                                        bytes(ALERT.formatted("resolved", "acme/api")))))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "credential.exposed.v1, KEEP, CREDENTIAL_EXPOSED",
        "credential.expired.v1, KEEP, CREDENTIAL_TOO_OLD",
        "account.orphaned.v1,   KEEP, ORPHAN_FOUND",
        "owner.removed.v1,      KEEP, OWNER_LEFT",
        "review.decided.v1,   REVOKE, CERTIFICATION_REVOKED",
        "review.decided.v1,     KEEP, ",
        "account.created.v1,    KEEP, "
    })
    void aCloudEventIsReadByItsType(String type, String decision, Event event) {
        String body =
                """
                [{"specversion": "1.0", "id": "1", "source": "https://iga", "type": "dev.remit.identity.%s",
                  "subject": "E1", "time": "2026-01-31T09:00:00+01:00", "data": {"decision": "%s", "resource": "/sales"}}]
                """
                        .formatted(type, decision);
        assertThat(events(EventForms.cloudEvents("iga", GITHUB, bytes(body))))
                .extracting(Occurrence::event)
                .isEqualTo(event == null ? List.of() : List.of(event));
    }

    @Test
    void whoseAResourceIsIsConfiguredForEachFeed() {
        var owners = new ConfiguredOwners(() -> Map.of("code", GITHUB, "ssf", SSF));
        assertThat(owners.of("events:code", "acme/api")).contains("E1002");
        assertThat(owners.of("events:code", "acme/other")).isEmpty();
        assertThat(owners.of("events:ssf", "acme/api")).isEmpty();
        Feed odd =
                new Feed(
                        Form.GITHUB,
                        "hr",
                        Optional.empty(),
                        Optional.of("s"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(List.of("acme/api")));
        assertThatThrownBy(() -> new ConfiguredOwners(() -> Map.of("code", odd)))
                .hasMessageContaining("remit.events.code.owners");
    }

    @ParameterizedTest
    @CsvSource({"E1, E1, true", "somebody@acme.example, '', true", "'', '', false"})
    void aSubjectThatIdentifiesNobodyIsNamedStill(String subject, String id, boolean named) {
        String body =
                """
                {"specversion": "1.0", "id": "1", "source": "https://iga", "type": "dev.remit.identity.credential.exposed.v1",
                  "subject": "%s", "time": "2026-01-31T09:00:00+01:00", "data": {"resource": "acme/api", "detail": "%s"}}
                """
                        .formatted(subject, "so it goes ".repeat(40));
        assertThat(events(EventForms.cloudEvents("iga", GITHUB, bytes(body))))
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.subjectId()).isEqualTo(id);
                    assertThat(each.named()).isEqualTo(named);
                    assertThat(each.words()).as("what is too long is shortened").hasSize(200);
                });
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MIN_VALUE, 40_000_000_000L, -99_000_000_000L})
    void anAbsurdTimeOfATokenIsNamed(long iat) {
        assertThat(
                        EventForms.set(
                                "ssf",
                                SSF,
                                """
                                {"jti": "1", "iat": %d,
                                 "events": {"https://schemas.openid.net/secevent/risc/event-type/credential-compromise": {}}}
                                """
                                        .formatted(iat)))
                .isInstanceOfSatisfying(
                        Told.Broken.class, broken -> assertThat(broken.fault()).startsWith("iat:"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{                                                                | body",
                "{\"specversion\": \"0.3\"}                                       | specversion",
                "{\"specversion\": \"1.0\", \"id\": 7}                            | source",
                "{\"specversion\": \"1.0\", \"source\": \"a\", \"id\": {\"a\": 1}} | id",
                "{\"specversion\": \"1.0\", \"source\": \"a\", \"id\": \"1\", \"type\": \"dev.remit.identity.credential.exposed.v1\", \"time\": \"+999999999-01-01T00:00:00Z\"} | time",
                "{\"specversion\": \"1.0\", \"source\": \"a\", \"id\": \"1\", \"type\": \"dev.remit.identity.credential.exposed.v1\", \"time\": \"0001-01-01T00:00:00Z\"} | time"
            })
    void whatDoesNotReadIsNamed(String body, String member) {
        assertThat(EventForms.cloudEvents("iga", GITHUB, bytes(body)))
                .isInstanceOfSatisfying(
                        Told.Broken.class,
                        broken -> assertThat(broken.fault()).startsWith(member + ":"));
    }

    private static Occurrence alert(String action, String repository) {
        return events(
                        EventForms.github(
                                "g",
                                GITHUB,
                                "secret_scanning_alert",
                                bytes(ALERT.formatted(action, repository))))
                .getFirst();
    }

    private static Feed ssf(String issuer, String audience) {
        return new Feed(
                Form.SSF,
                "keycloak:acme",
                Optional.empty(),
                Optional.empty(),
                Optional.of(issuer),
                Optional.of(audience),
                Optional.empty(),
                Optional.empty());
    }

    private static RsaJsonWebKey key() throws JoseException {
        RsaJsonWebKey key = RsaJwkGenerator.generateJwk(2048);
        key.setKeyId("k");
        return key;
    }

    private static List<Occurrence> events(Told told) {
        assertThat(told).isInstanceOf(Told.Events.class);
        return ((Told.Events) told).occurrences();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<JsonNode> corpus(String file) throws IOException {
        Path path = CORPUS.resolve(file);
        assumeTrue(Files.exists(path), () -> "no real events at " + path);
        List<JsonNode> all = new ArrayList<>();
        for (String line : Files.readAllLines(path)) {
            if (!line.isBlank()) {
                all.add(JSON.readTree(line));
            }
        }
        assertThat(all).isNotEmpty();
        return all;
    }
}
