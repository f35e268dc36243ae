package dev.remit.connector.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.handoff.http.Problem;
import org.junit.jupiter.api.Test;

class FindOwnerTest {
    private final Memory memory = new Memory();

    @Test
    void anAccountSaysWhoseItIsAndAFeedWhomAResourceBelongsTo() {
        memory.belongs("scim:hr", "a1", "E1");
        memory.owners.put("repo/x", "E2");
        FindOwner.Owned account = memory.owner().find("scim:hr", "a1").await().indefinitely();
        assertThat(account.worker()).contains("E1");
        assertThat(account.owner()).contains("boss");
        FindOwner.Owned resource = memory.owner().find("github", "repo/x").await().indefinitely();
        assertThat(resource.worker()).isEmpty();
        assertThat(resource.owner()).contains("E2");
        assertThatThrownBy(() -> memory.owner().find("scim:hr", "a9").await().indefinitely())
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("OWNER_UNKNOWN"));
    }
}
