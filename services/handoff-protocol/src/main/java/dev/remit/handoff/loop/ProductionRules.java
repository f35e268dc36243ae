package dev.remit.handoff.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What {@link Production} refuses; of its own, so that a chart can be held against it. */
public final class ProductionRules {
    private static final Set<String> ENCRYPTED = Set.of("SSL", "SASL_SSL");
    private static final Set<String> VERIFIED = Set.of("verify-ca", "verify-full");
    private static final Set<String> NOT_PLAIN = Set.of("disabled", "redirect");

    private ProductionRules() {}

    /**
     * What is wrong, a line each; no line holds a value that may be a secret.
     *
     * @param config gives a property's value
     * @param names of all properties there are
     * @param made the properties whose keys were made for development
     */
    public static List<String> troubles(
            Function<String, Optional<String>> config, List<String> names, List<String> made) {
        List<String> troubles = new ArrayList<>();
        made.forEach(name -> troubles.add(name + ": the key was made for development"));
        String kafka = config.apply("kafka.security.protocol").orElse("PLAINTEXT");
        if (!ENCRYPTED.contains(kafka.toUpperCase(Locale.ROOT))) {
            troubles.add("kafka.security.protocol: is " + kafka + ", must be SSL or SASL_SSL");
        }
        if (config.apply("kafka.ssl.endpoint.identification.algorithm")
                .filter(String::isBlank)
                .isPresent()) {
            troubles.add(
                    "kafka.ssl.endpoint.identification.algorithm: is empty, the broker's name is not checked");
        }
        String database =
                config.apply("quarkus.datasource.reactive.postgresql.ssl-mode").orElse("disable");
        if (!VERIFIED.contains(database.toLowerCase(Locale.ROOT))) {
            troubles.add(
                    "quarkus.datasource.reactive.postgresql.ssl-mode: is "
                            + database
                            + ", must be verify-ca or verify-full");
        }
        String listener = config.apply("quarkus.http.insecure-requests").orElse("enabled");
        boolean inFront =
                config.apply("remit.tls-terminated-in-front").map(Boolean::valueOf).orElse(false);
        if (!inFront && !NOT_PLAIN.contains(listener.toLowerCase(Locale.ROOT))) {
            troubles.add(
                    "quarkus.http.insecure-requests: is "
                            + listener
                            + ", must be disabled or redirect, or remit.tls-terminated-in-front true");
        }
        if (!config.apply("quarkus.oidc.enabled").map(Boolean::valueOf).orElse(true)
                || !config.apply("quarkus.oidc.tenant-enabled")
                        .map(Boolean::valueOf)
                        .orElse(true)) {
            troubles.add("quarkus.oidc.enabled: is false, nobody's token would be checked");
        }
        if (config.apply("quarkus.oidc.auth-server-url").isEmpty()) {
            troubles.add("quarkus.oidc.auth-server-url: is missing");
        }
        if (config.apply("quarkus.oidc.tls.verification").filter("none"::equals).isPresent()
                || config.apply("quarkus.tls.trust-all").map(Boolean::valueOf).orElse(false)) {
            troubles.add("quarkus.tls.trust-all: anybody's certificate would be trusted");
        }
        names.stream()
                .filter(ProductionRules::isAddress)
                .map(ProductionRules::dotted)
                .distinct()
                .sorted()
                .filter(name ->
                        config.apply(name).filter(url -> !url.startsWith("https://")).isPresent())
                .forEach(name -> troubles.add(name + ": does not start with https://"));
        if (config.apply("remit.passkeys.accept-unknown-sign-in-time")
                .map(Boolean::valueOf)
                .orElse(false)) {
            troubles.add(
                    "remit.passkeys.accept-unknown-sign-in-time: is true, a stolen token could register a passkey");
        }
        if (config.apply("remit.charters.bootstrap")
                .filter(all -> List.of(all.split("[, ]+", -1)).contains("*"))
                .isPresent()) {
            troubles.add(
                    "remit.charters.bootstrap: is *, whoever writes the charters' folder would publish alone; name the charters");
        }
        if (config.apply("quarkus.application.name").filter("approval-routing"::equals).isPresent()
                && config.apply("remit.approval.executors")
                        .filter(all -> !all.isBlank())
                        .isEmpty()) {
            troubles.add(
                    "remit.approval.executors: is missing, an account that executes could approve what it executes");
        }
        if (config.apply("remit.stop-points").isPresent()) {
            troubles.add("remit.stop-points: is set, which is for fault tests only");
        }
        if (!config.apply("remit.clock.offset")
                .map(Duration::parse)
                .orElse(Duration.ZERO)
                .isZero()) {
            troubles.add("remit.clock.offset: is not zero, which is for fault tests only");
        }
        return troubles;
    }

    private static boolean isAddress(String name) {
        String dotted = dotted(name);
        return dotted.equals("quarkus.oidc.auth-server-url")
                || dotted.equals("kafka.sasl.oauthbearer.token.endpoint.url")
                || (dotted.startsWith("remit.") && dotted.endsWith(".url"));
    }

    /** The property that an environment variable stands for, as far as its name tells. */
    private static String dotted(String name) {
        return name.startsWith("REMIT_") || name.startsWith("KAFKA_")
                ? name.toLowerCase(Locale.ROOT).replace('_', '.')
                : name;
    }
}
