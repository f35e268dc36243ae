package dev.remit.connector.adapter.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.connector.adapter.http.Scopes;
import dev.remit.connector.application.Charters;
import dev.remit.handoff.http.Caller;
import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.quarkiverse.mcp.server.McpException;
import io.quarkiverse.mcp.server.Resource;
import io.quarkiverse.mcp.server.ResourceTemplate;
import io.quarkiverse.mcp.server.Tool;
import io.quarkus.security.Authenticated;
import jakarta.annotation.security.RolesAllowed;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CharterResourcesTest {
    @Test
    void whatAModelReadsOrDoesSaysWhoMay() {
        List<Method> open =
                Stream.of(CharterResources.class, FrontDoorTools.class)
                        .flatMap(each -> Stream.of(each.getDeclaredMethods()))
                        .filter(each ->
                                each.isAnnotationPresent(Tool.class)
                                        || each.isAnnotationPresent(Resource.class)
                                        || each.isAnnotationPresent(ResourceTemplate.class))
                        .filter(each ->
                                !each.isAnnotationPresent(RolesAllowed.class)
                                        && !each.isAnnotationPresent(Authenticated.class))
                        .toList();
        assertThat(open).isEmpty();
    }

    @Test
    void aTokenThatIsNotToReadWithReadsNoCharter() {
        assertThat(resources("remit.read").charters().await().indefinitely().text())
                .isEqualTo("[]");
        CharterResources other = resources("openid");
        assertRefused(() -> other.charters().await().indefinitely());
        assertRefused(() -> other.charter("leavers").await().indefinitely());
    }

    private static void assertRefused(Runnable read) {
        assertThatThrownBy(read::run)
                .hasMessageStartingWith("SCOPE_MISSING: ")
                .isInstanceOfSatisfying(
                        McpException.class,
                        refused ->
                                assertThat(refused.getJsonRpcErrorCode())
                                        .isEqualTo(JsonRpcErrorCodes.SECURITY_ERROR));
    }

    /** Nobody gets as far as what was published. */
    private static CharterResources resources(String... scopes) {
        Caller caller =
                new Caller() {
                    @Override
                    public Set<String> scopes() {
                        return Set.of(scopes);
                    }
                };
        return new CharterResources(
                new Charters(),
                null,
                new ObjectMapper(),
                new Scopes(Optional.of("remit.read"), Optional.empty(), caller));
    }
}
