package dev.remit.ledger.certificate;

import dev.remit.handoff.merkle.Hash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.Base64;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;

/**
 * The key that signs a certificate's statement for Sigstore's clients: ECDSA on P-256 with SHA-256,
 * since a {@code hashedrekord} takes no plain Ed25519. The same statement always gets the same
 * signature (RFC 6979), from whichever replica.
 */
public final class StatementKey {
    private static final X9ECParameters P_256 =
            ECNamedCurveTable.getByOID(X9ObjectIdentifiers.prime256v1);
    private static final ECDomainParameters CURVE =
            new ECNamedDomainParameters(X9ObjectIdentifiers.prime256v1, P_256);

    private final ECPrivateKeyParameters secret;
    private final byte[] spki;

    /**
     * @param secret 32 random bytes
     */
    public StatementKey(byte[] secret) {
        BigInteger order = CURVE.getN();
        BigInteger d =
                new BigInteger(1, secret).mod(order.subtract(BigInteger.ONE)).add(BigInteger.ONE);
        this.secret = new ECPrivateKeyParameters(d, CURVE);
        try {
            this.spki =
                    SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(
                                    new ECPublicKeyParameters(
                                            CURVE.getG().multiply(d).normalize(), CURVE))
                            .getEncoded();
        } catch (IOException e) {
            throw new UncheckedIOException("a public key always encodes", e);
        }
    }

    /** The public key, as a DER SubjectPublicKeyInfo. */
    public byte[] spki() {
        return spki.clone();
    }

    /** By what a bundle names the key: SHA-256 of {@link #spki}, in base64. */
    public String hint() {
        return Hash.sha256(spki).toString();
    }

    /** The public key in PEM. */
    public String pem() {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(spki)
                + "\n-----END PUBLIC KEY-----\n";
    }

    /** Signs SHA-256 of these bytes; DER, as Sigstore's clients read it. */
    byte[] sign(byte[] content) {
        ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
        signer.init(true, secret);
        BigInteger[] signature = signer.generateSignature(Hash.sha256(content).bytes());
        try {
            return StandardDSAEncoding.INSTANCE.encode(CURVE.getN(), signature[0], signature[1]);
        } catch (IOException e) {
            throw new UncheckedIOException("a signature always encodes", e);
        }
    }

    @Override
    public String toString() {
        return "statement key " + hint();
    }
}
