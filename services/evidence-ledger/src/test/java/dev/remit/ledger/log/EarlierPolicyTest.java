package dev.remit.ledger.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.handoff.merkle.Merkle;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;

class EarlierPolicyTest {
    private static final String LOG = "log.example/acme";

    private final NoteSigner log =
            NoteSigner.generate(LOG, NoteKey.Kind.ED25519, new SecureRandom());
    private final TrustPolicy now = TrustPolicy.of(List.of(log.verifier()));
    private final EarlierPolicy first = until(LOG, 100);
    private final EarlierPolicy second = until(LOG + "/2027", 50);

    @Test
    void eachStateHasTheEarliestPolicyThatHeldUntilItOrLater() {
        assertThat(policy(LOG, 1)).isSameAs(first.policy());
        assertThat(policy(LOG, 100)).isSameAs(first.policy());
        assertThat(policy(LOG, 101)).isSameAs(second.policy());
        assertThat(policy(LOG + "/2026", 1)).isSameAs(second.policy());
        assertThat(policy(LOG + "/2027", 50)).isSameAs(second.policy());
        assertThat(policy(LOG + "/2027", 51)).isSameAs(now);
        assertThat(policy(LOG + "/2028", 1)).isSameAs(now);
        assertThat(policy("log.example/other", 1)).isSameAs(now);
    }

    @Test
    void anEarlierPolicySaysUntilWhenItHeld() {
        String text = "log " + log.verifier() + "\nquorum none\n";
        for (String broken :
                List.of(
                        text,
                        text + "until " + LOG + "\n",
                        text + "until " + LOG + " 0x7\n",
                        text + "until " + LOG + " 7\nuntil " + LOG + " 8\n",
                        "until " + LOG + " 7\n")) {
            assertThatThrownBy(() -> EarlierPolicy.parse(broken))
                    .as(broken)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        // and what holds now says nothing of the kind
        assertThatThrownBy(() -> TrustPolicy.parse(text + "until " + LOG + " 7\n"))
                .hasMessageContaining("no keyword");
    }

    private EarlierPolicy until(String origin, long size) {
        return EarlierPolicy.parse(
                "log %s\nquorum none\n  until %s %d\n".formatted(log.verifier(), origin, size));
    }

    private TrustPolicy policy(String origin, long size) {
        return EarlierPolicy.of(
                new Checkpoint(origin, size, Merkle.root(List.of())),
                LOG,
                List.of(second, first),
                now);
    }
}
