package dev.remit.connector.adapter.keycloak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.connector.domain.Activity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeycloakFeedTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void anEventWithoutAResourcePathSaysNothingAboutAnAccount() throws IOException {
        assertThat(
                        activity(
                                """
                                {"id":"1","time":1,"operationType":"UPDATE","resourceType":"REALM"}\
                                """))
                .isEmpty();
    }

    @Test
    void ofARepresentationOnlyWhoAnswersForTheAccountIsKeptBesides() throws IOException {
        Activity activity =
                activity(
                                """
                                {"id":"1","time":1000,"operationType":"UPDATE","resourceType":"USER",
                                 "resourcePath":"users/u1","authDetails":{"userId":"a1","clientId":"c1"},
                                 "representation":"{\\"enabled\\":true,\\"attributes\\":{\\"owner\\":[\\"E9\\"],\\"phone\\":[\\"1\\"]}}"}\
                                """)
                        .orElseThrow();
        assertThat(activity.changed())
                .as("with attributes, those that are not named are removed")
                .isEqualTo(Map.of("enabled", "true", "manager", "", "owner", "E9"));
    }

    @Test
    void ofARepresentationOnlyWhetherTheAccountMaySignInIsKept() throws IOException {
        Activity activity =
                activity(
                                """
                                {"id":"1","time":1000,"operationType":"UPDATE","resourceType":"USER",
                                 "resourcePath":"users/u1","authDetails":{"userId":"a1","clientId":"c1"},
                                 "representation":"{\\"enabled\\":false,\\"email\\":\\"who@example.com\\"}"}\
                                """)
                        .orElseThrow();
        assertThat(activity.account()).isEqualTo("u1");
        assertThat(activity.changed()).isEqualTo(Map.of("enabled", "false"));
    }

    @Test
    void everyCapturedEventIsReadAndThoseOnUsersAreActivities() throws IOException {
        Path captured =
                Path.of(System.getProperty("remit.top", "../.."))
                        .resolve(
                                "../shared/corpus/keycloak/captured-keycloak-26.4.5-admin-events.ndjson");
        assumeTrue(Files.exists(captured), "no captured events at ../shared/corpus");
        List<String> lines = Files.readAllLines(captured);
        long onUsers = 0;
        for (String line : lines) {
            var event = JSON.readTree(line);
            boolean onUser =
                    event.path("resourcePath").asText().startsWith("users/")
                            && List.of("USER", "GROUP_MEMBERSHIP")
                                    .contains(event.path("resourceType").asText());
            assertThat(activity(line).isPresent()).as(line).isEqualTo(onUser);
            onUsers += onUser ? 1 : 0;
        }
        assertThat(onUsers).isPositive();
    }

    @Test
    void aPasswordIsAsOldAsTheOldestAndNothingElseGrowsOld() throws JsonProcessingException {
        var credentials =
                List.of(
                        JSON.readValue(
                                """
                                [{"id":"1","type":"otp","createdDate":1000,"credentialData":"{}"},
                                 {"id":"2","type":"password","createdDate":3000},
                                 {"id":"3","type":"password","createdDate":2000},
                                 {"id":"4","type":"password"}]\
                                """,
                                KeycloakAdmin.Credential[].class));
        assertThat(KeycloakFeed.passwordSince(credentials)).contains(Instant.ofEpochMilli(2000));
        assertThat(KeycloakFeed.passwordSince(credentials.subList(0, 1))).isEmpty();
    }

    private static Optional<Activity> activity(String line) throws JsonProcessingException {
        return KeycloakFeed.activity(JSON.readValue(line, KeycloakAdmin.AdminEvent.class));
    }
}
