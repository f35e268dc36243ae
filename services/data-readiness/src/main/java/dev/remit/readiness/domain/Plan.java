package dev.remit.readiness.domain;

import dev.remit.handoff.CanonicalJson;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.merkle.Hash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Exactly what is to be done, bound once: canonical JSON (RFC 8785) and the SHA-256 of its bytes.
 * Approvers decide on the hash, the executor performs these bytes.
 */
public record Plan(String json, String hash) {

    /** The steps that can be planned. */
    public static final Set<String> STEPS =
            Set.of(
                    "disable-account",
                    "end-sessions",
                    "leave-groups",
                    "join-group",
                    "leave-group-at-expiry");

    /** Those of them that give something for a time, and take it away again. */
    static final List<String> GRANTING = List.of("join-group", "leave-group-at-expiry");

    /**
     * The plan of an action, from the account as it was observed: each step with what is and what
     * is to be.
     */
    public static Plan of(Request request, Charter charter, Account account) {
        List<String> steps = new ArrayList<>();
        for (String step : charter.steps().getOrDefault(request.action(), List.of())) {
            steps.add(
                    switch (step) {
                        case "disable-account" ->
                                "{\"name\":\"disable-account\",\"before\":{\"enabled\":\"%s\"},\"after\":{\"enabled\":\"false\"}}"
                                        .formatted(account.enabled());
                        case "end-sessions" ->
                                "{\"name\":\"end-sessions\",\"before\":{},\"after\":{\"sessions\":\"0\"}}";
                        case "leave-groups" -> leaveGroups(account);
                        case "join-group" ->
                                granted(
                                        step,
                                        "\"groups\":"
                                                + quoted(grant(request, charter).group().path()),
                                        grant(request, charter));
                        case "leave-group-at-expiry" ->
                                granted(
                                        step,
                                        "\"expires\":"
                                                + quoted(
                                                        grant(request, charter).lasts().toString()),
                                        grant(request, charter));
                        default ->
                                throw new IllegalArgumentException(
                                        "step '" + step + "' is not known");
                    });
        }
        String json =
                """
                {"account":%s,"action":%s,"change":"%s","charter":{"name":%s,"version":%s,"hash":"%s"},"target":%s,"steps":[%s]}\
                """
                        .formatted(
                                quoted(account.id()),
                                quoted(request.action()),
                                request.change(),
                                quoted(charter.name()),
                                quoted(charter.version()),
                                charter.hash(),
                                quoted(request.target()),
                                String.join(",", steps));
        byte[] canonical = CanonicalJson.of(json);
        return new Plan(
                new String(canonical, StandardCharsets.UTF_8), Hash.sha256(canonical).hex());
    }

    private static Charter.Grant grant(Request request, Charter charter) {
        Charter.Grant grant = charter.grants().get(request.action());
        if (grant == null) {
            throw new IllegalArgumentException(
                    "action '" + request.action() + "' does not say what it grants");
        }
        return grant;
    }

    private static String granted(String step, String after, Charter.Grant grant) {
        return "{\"name\":\"%s\",\"before\":{},\"after\":{%s},\"group\":{\"id\":%s,\"path\":%s}}"
                .formatted(step, after, quoted(grant.group().id()), quoted(grant.group().path()));
    }

    private static String leaveGroups(Account account) {
        List<Account.Group> groups =
                account.groups().stream()
                        .sorted(Comparator.comparing(Account.Group::path))
                        .toList();
        return "{\"name\":\"leave-groups\",\"before\":{\"groups\":%s},\"after\":{\"groups\":\"\"},\"groups\":[%s]}"
                .formatted(
                        quoted(
                                groups.stream()
                                        .map(Account.Group::path)
                                        .collect(Collectors.joining(","))),
                        groups.stream()
                                .map(group ->
                                        "{\"id\":%s,\"path\":%s}"
                                                .formatted(
                                                        quoted(group.id()), quoted(group.path())))
                                .collect(Collectors.joining(",")));
    }

    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        text.chars()
                .forEach(c -> {
                    if (c == '"' || c == '\\') {
                        quoted.append('\\').append((char) c);
                    } else if (c < ' ') {
                        quoted.append("\\u%04x".formatted(c));
                    } else {
                        quoted.append((char) c);
                    }
                });
        return quoted.append('"').toString();
    }
}
