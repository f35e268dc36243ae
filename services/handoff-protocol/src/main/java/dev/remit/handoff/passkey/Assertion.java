package dev.remit.handoff.passkey;

import dev.remit.handoff.merkle.Hash;
import java.nio.ByteBuffer;

/**
 * What an authenticator answers to a challenge (Web Authentication Level 3, section 5.2.2).
 *
 * @param credentialId names the key, base64url without padding
 * @param authenticatorData section 6.1
 * @param clientData the JSON that the browser made, section 5.8.1
 * @param signature over the authenticator data and the SHA-256 of the client data
 */
public record Assertion(
        String credentialId, byte[] authenticatorData, byte[] clientData, byte[] signature) {
    /** What is signed. */
    public byte[] signed() {
        return ByteBuffer.allocate(authenticatorData.length + 32)
                .put(authenticatorData)
                .put(Hash.sha256(clientData).bytes())
                .array();
    }
}
