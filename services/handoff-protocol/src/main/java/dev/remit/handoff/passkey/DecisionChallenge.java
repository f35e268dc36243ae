package dev.remit.handoff.passkey;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.CanonicalJson;
import dev.remit.handoff.merkle.Hash;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What a person signs when they decide: the WebAuthn challenge is the SHA-256 of this canonical
 * JSON (RFC 8785), so the signature is good for this decision of this plan at this stage, opened
 * then, and for nothing else.
 *
 * @param decision APPROVED, DENIED or QUESTIONED
 * @param onBehalfOf immutable id of the one who delegated
 * @param reason the decider's words; only their hash is signed
 * @param planHash SHA-256 of the plan, lower-case hex, as the other hashes
 * @param nonce names the right to decide the stage, opened then
 */
public record DecisionChallenge(
        UUID change,
        String stage,
        String decision,
        Optional<String> onBehalfOf,
        String reason,
        String planHash,
        String changeHash,
        String charterHash,
        String routeHash,
        UUID nonce) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The canonical JSON. */
    public String text() {
        Map<String, String> said = new TreeMap<>();
        said.put("type", "remit.decision.v1");
        said.put("change", change.toString());
        said.put("changeHash", changeHash);
        said.put("charterHash", charterHash);
        said.put("decision", decision);
        said.put("nonce", nonce.toString());
        onBehalfOf.ifPresent(id -> said.put("onBehalfOf", id));
        said.put("planHash", planHash);
        said.put("reasonHash", Hash.sha256(reason.getBytes(StandardCharsets.UTF_8)).hex());
        said.put("routeHash", routeHash);
        said.put("stage", stage);
        try {
            return new String(
                    CanonicalJson.of(JSON.writeValueAsString(said)), StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts are not JSON", e);
        }
    }

    /** The challenge, 32 bytes. */
    public byte[] bytes() {
        return Hash.sha256(text().getBytes(StandardCharsets.UTF_8)).bytes();
    }
}
