package dev.remit.readiness.adapter.postgres;

import dev.remit.readiness.domain.Concern;

/** A concern as it is kept, for example {@code worker|keycloak:acme|E1002}. */
final class ConcernKey {
    private ConcernKey() {}

    static String of(Concern concern) {
        return switch (concern) {
            case Concern.OfWorker(String system, String workerId) ->
                    "worker|" + system + "|" + workerId;
            case Concern.OfAccount(String system, String id) -> "account|" + system + "|" + id;
            case Concern.OfSource(String system) -> "source|" + system;
            case Concern.OfCharter(String hash) -> "charter|" + hash;
            case Concern.OfHalts _ -> "halts|";
        };
    }

    /**
     * @throws IllegalStateException if it is no key
     */
    static Concern read(String key) {
        String[] parts = key.split("\\|", 3);
        return switch (parts[0]) {
            case "worker" -> new Concern.OfWorker(parts[1], parts[2]);
            case "account" -> new Concern.OfAccount(parts[1], parts[2]);
            case "source" -> new Concern.OfSource(key.substring("source|".length()));
            case "charter" -> new Concern.OfCharter(parts[1]);
            case "halts" -> new Concern.OfHalts();
            default -> throw new IllegalStateException("not the key of a concern: " + key);
        };
    }
}
