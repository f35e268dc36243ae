package dev.remit.approval.adapter.webauthn;

import com.webauthn4j.WebAuthnManager;
import com.webauthn4j.converter.AttestedCredentialDataConverter;
import com.webauthn4j.converter.exception.DataConversionException;
import com.webauthn4j.converter.util.ObjectConverter;
import com.webauthn4j.credential.CredentialRecordImpl;
import com.webauthn4j.data.AuthenticationParameters;
import com.webauthn4j.data.AuthenticationRequest;
import com.webauthn4j.data.PublicKeyCredentialParameters;
import com.webauthn4j.data.PublicKeyCredentialType;
import com.webauthn4j.data.RegistrationData;
import com.webauthn4j.data.RegistrationParameters;
import com.webauthn4j.data.RegistrationRequest;
import com.webauthn4j.data.attestation.authenticator.AttestedCredentialData;
import com.webauthn4j.data.attestation.statement.COSEAlgorithmIdentifier;
import com.webauthn4j.data.attestation.statement.NoneAttestationStatement;
import com.webauthn4j.data.client.Origin;
import com.webauthn4j.data.client.challenge.DefaultChallenge;
import com.webauthn4j.server.ServerProperty;
import com.webauthn4j.verifier.exception.BadChallengeException;
import com.webauthn4j.verifier.exception.BadOriginException;
import com.webauthn4j.verifier.exception.BadRpIdException;
import com.webauthn4j.verifier.exception.BadSignatureException;
import com.webauthn4j.verifier.exception.CrossOriginException;
import com.webauthn4j.verifier.exception.MaliciousCounterValueException;
import com.webauthn4j.verifier.exception.NotAllowedAlgorithmException;
import com.webauthn4j.verifier.exception.UserNotPresentException;
import com.webauthn4j.verifier.exception.UserNotVerifiedException;
import com.webauthn4j.verifier.exception.VerificationException;
import dev.remit.approval.application.Authenticators;
import dev.remit.approval.application.Passkeys.Kept;
import dev.remit.approval.domain.Attempt.Result.Refused;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.passkey.Assertion;
import dev.remit.handoff.passkey.Passkey;
import jakarta.inject.Singleton;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Authenticators, by WebAuthn4J; the ledger checks with code of its own. */
@Singleton
public class WebAuthn implements Authenticators {
    private static final ObjectConverter CONVERTER = new ObjectConverter();
    private static final WebAuthnManager MANAGER =
            WebAuthnManager.createNonStrictWebAuthnManager(CONVERTER);
    private static final List<PublicKeyCredentialParameters> ALGORITHMS =
            List.of(
                    of(COSEAlgorithmIdentifier.ES256),
                    of(COSEAlgorithmIdentifier.EdDSA),
                    of(COSEAlgorithmIdentifier.RS256));

    private final Optional<String> site;
    private final Set<Origin> origins;

    /**
     * @param site the relying party's id; empty if there are no passkeys here
     * @param origins where the pages are that use them, for example {@code https://remit.example}
     */
    public WebAuthn(
            @ConfigProperty(name = "remit.passkeys.site") Optional<String> site,
            @ConfigProperty(name = "remit.passkeys.origins") Optional<List<String>> origins) {
        this.site = site;
        this.origins =
                origins.stream()
                        .flatMap(List::stream)
                        .map(Origin::new)
                        .collect(Collectors.toUnmodifiableSet());
    }

    private static PublicKeyCredentialParameters of(COSEAlgorithmIdentifier algorithm) {
        return new PublicKeyCredentialParameters(PublicKeyCredentialType.PUBLIC_KEY, algorithm);
    }

    @Override
    public String site() {
        if (origins.isEmpty()) {
            throw notSetUp();
        }
        return site.orElseThrow(WebAuthn::notSetUp);
    }

    private static Problem notSetUp() {
        return Problem.of(
                409,
                "PASSKEYS_NOT_SET_UP",
                "no passkeys are used here: remit.passkeys.site and remit.passkeys.origins are not set");
    }

    private ServerProperty server(byte[] challenge) {
        return ServerProperty.builder()
                .origins(origins)
                .rpId(site())
                .challenge(new DefaultChallenge(challenge))
                .build();
    }

    @Override
    public Fresh registered(
            String person, byte[] challenge, byte[] clientData, byte[] attestation) {
        ServerProperty server = server(challenge);
        try {
            RegistrationData data =
                    MANAGER.verify(
                            new RegistrationRequest(attestation, clientData),
                            new RegistrationParameters(server, ALGORITHMS, true, true));
            var said = Objects.requireNonNull(data.getAttestationObject()).getAuthenticatorData();
            AttestedCredentialData attested =
                    Objects.requireNonNull(said.getAttestedCredentialData());
            var key = attested.getCOSEKey();
            return new Fresh(
                    new Passkey(
                            Base64.getUrlEncoder()
                                    .withoutPadding()
                                    .encodeToString(attested.getCredentialId()),
                            person,
                            site(),
                            Objects.requireNonNull(key.getPublicKey()).getEncoded(),
                            (int) Objects.requireNonNull(key.getAlgorithm()).getValue()),
                    new AttestedCredentialDataConverter(CONVERTER).convert(attested),
                    Optional.ofNullable(attested.getAaguid().getValue()).orElse(new UUID(0, 0)),
                    said.getSignCount());
        } catch (DataConversionException | IllegalArgumentException | NullPointerException e) {
            throw misformed();
        } catch (VerificationException e) {
            Refused refused = refused(e);
            throw Problem.of(422, refused.code(), refused.words());
        }
    }

    private static Problem misformed() {
        return Problem.of(422, "PASSKEY_MISFORMED", "the registration is not one of WebAuthn");
    }

    @Override
    public Optional<Refused> flaw(Kept kept, Assertion assertion, byte[] challenge) {
        ServerProperty server = server(challenge);
        try {
            byte[] id = Base64.getUrlDecoder().decode(assertion.credentialId());
            MANAGER.verify(
                    new AuthenticationRequest(
                            id,
                            assertion.authenticatorData(),
                            assertion.clientData(),
                            assertion.signature()),
                    new AuthenticationParameters(
                            server,
                            new CredentialRecordImpl(
                                    new NoneAttestationStatement(),
                                    null,
                                    null,
                                    null,
                                    kept.count(),
                                    new AttestedCredentialDataConverter(CONVERTER)
                                            .convert(kept.attested()),
                                    null,
                                    null,
                                    null,
                                    null),
                            List.of(id),
                            true,
                            true));
            return Optional.empty();
        } catch (DataConversionException | IllegalArgumentException | NullPointerException e) {
            return Optional.of(
                    refusal("PASSKEY_MISFORMED", "the assertion is not one of WebAuthn"));
        } catch (VerificationException e) {
            return Optional.of(refused(e));
        }
    }

    private static Refused refused(VerificationException e) {
        return switch (e) {
            case BadChallengeException _ ->
                    refusal(
                            "PASSKEY_CHALLENGE",
                            "the passkey signed something else than this decision of this plan: ask for a new challenge");
            case BadOriginException _, BadRpIdException _, CrossOriginException _ ->
                    refusal("PASSKEY_ORIGIN", "the passkey was used on another site than this one");
            case UserNotVerifiedException _, UserNotPresentException _ ->
                    refusal(
                            "PASSKEY_NOT_VERIFIED",
                            "the authenticator did not verify the person: use its PIN or biometrics");
            case MaliciousCounterValueException _ ->
                    refusal(
                            "PASSKEY_COUNTER",
                            "the authenticator's counter went back: the passkey may have been copied; revoke it");
            case NotAllowedAlgorithmException _ ->
                    refusal("PASSKEY_ALGORITHM", "only ES256, EdDSA and RS256 are taken");
            case BadSignatureException _ ->
                    refusal("PASSKEY_SIGNATURE", "the passkey's signature does not hold");
            default -> refusal("PASSKEY_MISFORMED", "the passkey's answer does not hold");
        };
    }

    private static Refused refusal(String code, String words) {
        return new Refused(422, code, words, true);
    }
}
