package dev.remit.ledger.log;

import dev.remit.handoff.merkle.Hash;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.cmp.PKIStatusInfo;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.tsp.TimeStampResp;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampToken;

/** That bytes existed at a time, by an authority's word (RFC 3161, SHA-256). */
public final class Timestamp {
    private Timestamp() {}

    /**
     * The request for a timestamp over these bytes, DER.
     *
     * @param nonce random, so that an old answer is not taken for a new one
     */
    public static byte[] request(byte[] content, BigInteger nonce) {
        TimeStampRequestGenerator generator = new TimeStampRequestGenerator();
        generator.setCertReq(true);
        try {
            return generator
                    .generate(TSPAlgorithms.SHA256, Hash.sha256(content).bytes(), nonce)
                    .getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException("a request always encodes", e);
        }
    }

    /**
     * The token in an answer to a request.
     *
     * @throws IllegalArgumentException if it was refused, or answers another request
     */
    public static byte[] token(byte[] request, byte[] answer) {
        try {
            TimeStampResponse response = new TimeStampResponse(answer);
            response.validate(new org.bouncycastle.tsp.TimeStampRequest(request));
            TimeStampToken token = response.getTimeStampToken();
            if (token == null) {
                throw new IllegalArgumentException(
                        "timestamp: refused, " + response.getStatusString());
            }
            return token.getEncoded();
        } catch (TSPException | IOException e) {
            throw new IllegalArgumentException("timestamp: " + e.getMessage(), e);
        }
    }

    /** The answer that grants a token, for those who want that instead, DER (RFC 3161, 2.4.2). */
    public static byte[] granted(byte[] token) {
        try {
            return new TimeStampResp(
                            new PKIStatusInfo(PKIStatus.granted), ContentInfo.getInstance(token))
                    .getEncoded();
        } catch (IOException e) {
            throw new IllegalArgumentException("timestamp: does not encode", e);
        }
    }

    /**
     * Verifies a token over these bytes.
     *
     * @param trusted certificates of authorities, or of those who certify them
     * @return the time
     * @throws IllegalArgumentException naming what is wrong
     */
    public static Instant verify(
            byte[] token, byte[] content, Collection<X509Certificate> trusted) {
        try {
            TimeStampToken read = new TimeStampToken(new CMSSignedData(token));
            if (!read.getTimeStampInfo().getMessageImprintAlgOID().equals(TSPAlgorithms.SHA256)
                    || !Arrays.equals(
                            read.getTimeStampInfo().getMessageImprintDigest(),
                            Hash.sha256(content).bytes())) {
                throw new IllegalArgumentException("timestamp: is over other bytes");
            }
            X509CertificateHolder signer = signer(read, trusted);
            read.validate(new JcaSimpleSignerInfoVerifierBuilder().build(signer));
            Instant time = read.getTimeStampInfo().getGenTime().toInstant();
            X509Certificate certificate = new JcaX509CertificateConverter().getCertificate(signer);
            if (!trusted.contains(certificate)) {
                requireChain(read, certificate, trusted);
            }
            return time;
        } catch (TSPException
                | IOException
                | CMSException
                | OperatorCreationException
                | GeneralSecurityException e) {
            throw new IllegalArgumentException("timestamp: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (RuntimeException e) {
            // the library's words for ASN.1 that is not what RFC 5652 has there
            throw new IllegalArgumentException("timestamp: does not read: " + e.getMessage(), e);
        }
    }

    @SuppressWarnings("unchecked") // the library's selector has no type parameter
    private static X509CertificateHolder signer(
            TimeStampToken token, Collection<X509Certificate> trusted)
            throws GeneralSecurityException {
        List<X509CertificateHolder> all = new ArrayList<>(token.getCertificates().getMatches(null));
        for (X509Certificate each : trusted) {
            all.add(new JcaX509CertificateHolder(each));
        }
        return all.stream()
                .filter(each -> token.getSID().match(each))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "timestamp: its signer's certificate is missing"));
    }

    /** As certificates were when the token was made; revocation is the trust list's matter. */
    private static void requireChain(
            TimeStampToken token, X509Certificate signer, Collection<X509Certificate> trusted)
            throws GeneralSecurityException {
        List<X509Certificate> path = new ArrayList<>(List.of(signer));
        JcaX509CertificateConverter converter = new JcaX509CertificateConverter();
        for (X509CertificateHolder each : token.getCertificates().getMatches(null)) {
            X509Certificate more = converter.getCertificate(each);
            if (!path.contains(more)
                    && !trusted.contains(more)
                    && path.getLast()
                            .getIssuerX500Principal()
                            .equals(more.getSubjectX500Principal())) {
                path.add(more);
            }
        }
        Set<TrustAnchor> anchors = new HashSet<>();
        trusted.forEach(each -> anchors.add(new TrustAnchor(each, null)));
        if (anchors.isEmpty()) {
            throw new IllegalArgumentException("timestamp: no authority is trusted");
        }
        PKIXParameters parameters = new PKIXParameters(anchors);
        parameters.setRevocationEnabled(false);
        parameters.setDate(token.getTimeStampInfo().getGenTime());
        CertPath chain = CertificateFactory.getInstance("X.509").generateCertPath(path);
        CertPathValidator.getInstance("PKIX").validate(chain, parameters);
    }

    /** The certificates in a PEM file. */
    public static List<X509Certificate> certificates(Path pem) throws IOException {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(pem)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (GeneralSecurityException e) {
            throw new IOException(pem + " holds no certificates", e);
        }
    }
}
