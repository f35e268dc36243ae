package dev.remit.ledger.certificate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.NoteKey;
import dev.remit.ledger.log.Timestamp;
import dev.remit.ledger.log.TlogProof;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;

/**
 * A certificate's statement as a Sigstore bundle (protobuf-specs, bundle v0.3), for those whose
 * tools verify that: the statement in a DSSE envelope, a timestamp over its signature, and the
 * proof that the signature is a leaf of the log, a {@code hashedrekord} 0.0.2 as Rekor v2 logs one.
 * It holds what the log states and no message: that the messages bear it out, only the certificate
 * itself shows.
 */
public final class SigstoreBundle {
    /** The type of the rows and leaves that hold a signature of a statement. */
    public static final String LEAF = "StatementSigned";

    private static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private static final String ROOT_MEDIA_TYPE =
            "application/vnd.dev.sigstore.trustedroot+json;version=0.1";
    private static final String KIND = "hashedrekord";
    private static final String KIND_VERSION = "0.0.2";

    /** Extended key usage of a timestamp authority (RFC 3161 section 2.3). */
    private static final String TIMESTAMPING = "1.3.6.1.5.5.7.3.8";

    private final byte[] statement;
    private final StatementKey key;
    private final byte[] signature;

    /** The statement of this certificate, signed. */
    public SigstoreBundle(Certificate.Unverified certificate, StatementKey key) {
        this.statement = certificate.statement();
        this.key = key;
        this.signature = key.sign(Certificate.signedBytes(statement));
    }

    /** What a timestamp is over. */
    public byte[] signature() {
        return signature.clone();
    }

    /** What the log holds of it; the same for the same statement. */
    public byte[] leaf() {
        ObjectNode entry = Pack.JSON.createObjectNode();
        entry.put("apiVersion", KIND_VERSION);
        entry.put("kind", KIND);
        ObjectNode record = entry.putObject("spec").putObject("hashedRekordV002");
        record.putObject("data")
                .put("algorithm", "SHA2_256")
                .put("digest", Hash.sha256(Certificate.signedBytes(statement)).toString());
        ObjectNode signed = record.putObject("signature");
        signed.put("content", base64(signature));
        signed.putObject("verifier")
                .put("keyDetails", "PKIX_ECDSA_P256_SHA_256")
                .putObject("publicKey")
                .put("rawBytes", base64(key.spki()));
        return compact(entry);
    }

    /**
     * The bundle's file.
     *
     * @param log the log's Ed25519 key
     * @param proof that {@link #leaf} is in the log
     * @param state what the proof's checkpoint says
     * @param timestamp an RFC 3161 token over {@link #signature}
     */
    public byte[] file(NoteKey log, TlogProof proof, Checkpoint state, byte[] timestamp) {
        ObjectNode bundle = Pack.JSON.createObjectNode();
        bundle.put("mediaType", MEDIA_TYPE);
        ObjectNode material = bundle.putObject("verificationMaterial");
        material.putObject("publicKey").put("hint", key.hint());
        ObjectNode entry = material.putArray("tlogEntries").addObject();
        String index = String.valueOf(proof.index());
        entry.put("logIndex", index);
        entry.putObject("logId").put("keyId", logId(log));
        entry.putObject("kindVersion").put("kind", KIND).put("version", KIND_VERSION);
        ObjectNode inclusion = entry.putObject("inclusionProof");
        inclusion.put("logIndex", index);
        inclusion.put("rootHash", state.root().toString());
        inclusion.put("treeSize", String.valueOf(state.size()));
        ArrayNode hashes = inclusion.putArray("hashes");
        proof.hashes().forEach(each -> hashes.add(each.toString()));
        inclusion.putObject("checkpoint").put("envelope", proof.checkpoint());
        entry.put("canonicalizedBody", base64(leaf()));
        material.putObject("timestampVerificationData")
                .putArray("rfc3161Timestamps")
                .addObject()
                .put("signedTimestamp", base64(Timestamp.granted(timestamp)));
        ObjectNode envelope = bundle.putObject("dsseEnvelope");
        envelope.put("payload", base64(statement));
        envelope.put("payloadType", Certificate.PAYLOAD_TYPE);
        envelope.putArray("signatures").addObject().put("sig", base64(signature));
        return compact(bundle);
    }

    /** Whether a bundle's file is of this statement. */
    public boolean isIn(byte[] file) {
        try {
            JsonNode bundle = Pack.JSON.readTree(file);
            return bundle.at("/dsseEnvelope/payload").asText().equals(base64(statement))
                    && bundle.at("/dsseEnvelope/signatures/0/sig")
                            .asText()
                            .equals(base64(signature));
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * What a client is to trust beside {@link StatementKey#pem}: the log, and timestamp authorities
     * (protobuf-specs, trusted root v0.1).
     *
     * @param logs the Ed25519 keys of the log's shards
     * @param certificates those of authorities, and of whoever certifies them
     */
    public static byte[] trustedRoot(List<NoteKey> logs, Collection<X509Certificate> certificates) {
        ObjectNode root = Pack.JSON.createObjectNode();
        root.put("mediaType", ROOT_MEDIA_TYPE);
        ArrayNode instances = root.putArray("tlogs");
        for (NoteKey log : logs) {
            ObjectNode instance = instances.addObject();
            instance.put("baseUrl", "https://" + log.name());
            instance.put("hashAlgorithm", "SHA2_256");
            ObjectNode logKey = instance.putObject("publicKey");
            logKey.put("rawBytes", base64(spki(log)));
            logKey.put("keyDetails", "PKIX_ED25519");
            logKey.putObject("validFor").put("start", Instant.EPOCH.toString());
            instance.putObject("logId").put("keyId", logId(log));
        }
        root.putArray("certificateAuthorities");
        root.putArray("ctlogs");
        ArrayNode authorities = root.putArray("timestampAuthorities");
        for (X509Certificate each : certificates) {
            if (isTimestamping(each)) {
                authority(authorities.addObject(), each, certificates);
            }
        }
        return Pack.bytes(Pack.pretty(root));
    }

    private static void authority(
            ObjectNode authority, X509Certificate own, Collection<X509Certificate> certificates) {
        authority
                .putObject("subject")
                .put("commonName", own.getSubjectX500Principal().getName())
                .put("organization", "");
        ArrayNode chain = authority.putObject("certChain").putArray("certificates");
        try {
            for (X509Certificate each : chain(own, certificates)) {
                chain.addObject().put("rawBytes", base64(each.getEncoded()));
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("a certificate does not encode", e);
        }
        authority
                .putObject("validFor")
                .put("start", own.getNotBefore().toInstant().toString())
                .put("end", own.getNotAfter().toInstant().toString());
    }

    /** From a certificate to the one at the root, as far as they are at hand. */
    private static List<X509Certificate> chain(
            X509Certificate own, Collection<X509Certificate> certificates) {
        List<X509Certificate> chain = new ArrayList<>(List.of(own));
        for (int n = 0; n < certificates.size(); n++) {
            X509Certificate last = chain.getLast();
            certificates.stream()
                    .filter(each -> !chain.contains(each))
                    .filter(each ->
                            each.getSubjectX500Principal().equals(last.getIssuerX500Principal()))
                    .findFirst()
                    .ifPresent(chain::add);
        }
        return chain;
    }

    private static boolean isTimestamping(X509Certificate certificate) {
        try {
            List<String> usages = certificate.getExtendedKeyUsage();
            return usages != null && usages.contains(TIMESTAMPING);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** As {@link NoteKey#id}, in all 32 bytes: a client compares the first four with the note's. */
    private static String logId(NoteKey log) {
        return Hash.sha256(concat(Pack.bytes(log.name() + "\n\u0001"), log.key())).toString();
    }

    /** An Ed25519 key as a SubjectPublicKeyInfo (RFC 8410 section 4). */
    private static byte[] spki(NoteKey log) {
        return concat(HexFormat.of().parseHex("302a300506032b6570032100"), log.key());
    }

    private static byte[] concat(byte[] head, byte[] rest) {
        byte[] all = Arrays.copyOf(head, head.length + rest.length);
        System.arraycopy(rest, 0, all, head.length, rest.length);
        return all;
    }

    private static byte[] compact(JsonNode node) {
        try {
            return Pack.JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts always write", e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
