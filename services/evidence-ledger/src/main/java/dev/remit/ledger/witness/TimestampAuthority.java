package dev.remit.ledger.witness;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampResponseGenerator;
import org.bouncycastle.tsp.TimeStampTokenGenerator;
import org.bouncycastle.util.io.pem.PemObject;

/**
 * A timestamp authority (RFC 3161) with a key and a certificate of its own, made when it first
 * starts: for demonstrations and tests. What must convince in court comes from an authority that
 * others run.
 */
public final class TimestampAuthority {
    /**
     * The file of its certificate and of the one above it, which those who verify its timestamps
     * must have.
     */
    public static final String CERTIFICATE = "tsa.pem";

    private static final String KEY = "tsa.key";

    /** In the arc for identifiers made of a UUID (ITU-T X.667). */
    private static final ASN1ObjectIdentifier POLICY =
            new ASN1ObjectIdentifier("2.25.238475012834750128347501283475");

    private final SecureRandom random = new SecureRandom();
    private final TimeStampTokenGenerator tokens;

    private TimestampAuthority(TimeStampTokenGenerator tokens) {
        this.tokens = tokens;
    }

    /** The authority in a folder; key and certificate are made when there are none. */
    public static TimestampAuthority open(Path folder, Instant now) throws IOException {
        try {
            make(folder, now);
            X509CertificateHolder certificate =
                    (X509CertificateHolder) pem(folder.resolve(CERTIFICATE));
            PrivateKey key =
                    new JcaPEMKeyConverter()
                            .getPrivateKey((PrivateKeyInfo) pem(folder.resolve(KEY)));
            TimeStampTokenGenerator tokens =
                    new TimeStampTokenGenerator(
                            new JcaSimpleSignerInfoGeneratorBuilder()
                                    .build(
                                            "SHA256withECDSA",
                                            key,
                                            new JcaX509CertificateConverter()
                                                    .getCertificate(certificate)),
                            new JcaDigestCalculatorProviderBuilder()
                                    .build()
                                    .get(
                                            new org.bouncycastle.asn1.x509.AlgorithmIdentifier(
                                                    TSPAlgorithms.SHA256)),
                            POLICY);
            tokens.setAccuracySeconds(1);
            tokens.addCertificates(new JcaCertStore(List.of(certificate)));
            return new TimestampAuthority(tokens);
        } catch (GeneralSecurityException | OperatorCreationException | TSPException e) {
            throw new IOException("the timestamp authority in " + folder + " does not start", e);
        }
    }

    private static void make(Path folder, Instant now)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        if (Files.exists(folder.resolve(CERTIFICATE))) {
            return;
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair root = generator.generateKeyPair();
        X500Name rootName = new X500Name("CN=root of timestamps for demonstration only");
        X509CertificateHolder rootCertificate =
                certificate(rootName, root.getPublic(), rootName, root, now)
                        .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                        .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign))
                        .build(signer(root));
        KeyPair keys = generator.generateKeyPair();
        X509CertificateHolder certificate =
                certificate(
                                new X500Name("CN=timestamps for demonstration only"),
                                keys.getPublic(),
                                rootName,
                                root,
                                now)
                        .addExtension(
                                Extension.extendedKeyUsage,
                                true,
                                new ExtendedKeyUsage(KeyPurposeId.id_kp_timeStamping))
                        .addExtension(
                                Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                        .build(signer(root));
        // the certificate last: it says that both are there
        WitnessFolder.write(
                folder.resolve(KEY),
                pem(new PemObject("PRIVATE KEY", keys.getPrivate().getEncoded())));
        byte[] own = pem(certificate);
        byte[] above = pem(rootCertificate);
        byte[] both = Arrays.copyOf(own, own.length + above.length);
        System.arraycopy(above, 0, both, own.length, above.length);
        WitnessFolder.write(folder.resolve(CERTIFICATE), both);
    }

    private static JcaX509v3CertificateBuilder certificate(
            X500Name name, PublicKey key, X500Name issuer, KeyPair issuing, Instant now)
            throws GeneralSecurityException, CertIOException {
        JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
        JcaX509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        issuer,
                        new BigInteger(64, new SecureRandom()),
                        Date.from(now.minus(Duration.ofDays(1))),
                        Date.from(now.plus(Duration.ofDays(3650))),
                        name,
                        key);
        builder.addExtension(
                        Extension.subjectKeyIdentifier,
                        false,
                        extensions.createSubjectKeyIdentifier(key))
                .addExtension(
                        Extension.authorityKeyIdentifier,
                        false,
                        extensions.createAuthorityKeyIdentifier(issuing.getPublic()));
        return builder;
    }

    private static ContentSigner signer(KeyPair keys) throws OperatorCreationException {
        return new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
    }

    /**
     * Answers a request.
     *
     * @param request DER, RFC 3161 section 2.4.1
     * @return DER; a refusal when the request does not read
     */
    public byte[] answer(byte[] request, Instant now) throws IOException {
        TimeStampResponseGenerator answers =
                new TimeStampResponseGenerator(tokens, TSPAlgorithms.ALLOWED);
        synchronized (tokens) {
            try {
                return answers.generateGrantedResponse(
                                new TimeStampRequest(request),
                                new BigInteger(64, random),
                                Date.from(now))
                        .getEncoded();
            } catch (TSPException | IOException | IllegalArgumentException e) {
                try {
                    return answers.generateRejectedResponse(e).getEncoded();
                } catch (TSPException again) {
                    throw new IOException("no answer can be made", again);
                }
            }
        }
    }

    private static Object pem(Path file) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
            Object content = parser.readObject();
            if (content == null) {
                throw new IOException(file + " holds nothing");
            }
            return content;
        }
    }

    private static byte[] pem(Object content) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(content);
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
