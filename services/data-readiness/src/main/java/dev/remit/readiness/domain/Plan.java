package dev.remit.readiness.domain;

import dev.remit.handoff.CanonicalJson;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.merkle.Hash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
                    "create-account",
                    "disable-account",
                    "enable-account",
                    "end-sessions",
                    "leave-groups",
                    "leave-group",
                    "join-groups",
                    "join-group",
                    "leave-group-at-expiry",
                    "set-manager",
                    "set-owner",
                    "rotate-secret",
                    "delete-account");

    /** The one that makes the account, and those that go with it. */
    static final String CREATE = "create-account";

    static final Set<String> GOING_WITH_CREATE = Set.of(CREATE, "join-groups");

    /** Those of them that give something for a time, and take it away again. */
    static final List<String> GRANTING = List.of("join-group", "leave-group-at-expiry");

    /** The step that takes a step back. */
    static final Map<String, String> OPPOSITES =
            Map.of(
                    "create-account", "delete-account",
                    "disable-account", "enable-account",
                    "enable-account", "disable-account",
                    "leave-groups", "join-groups",
                    "leave-group", "join-groups",
                    "set-manager", "set-manager",
                    "set-owner", "set-owner");

    /**
     * The plan of an action, from the account as it was observed: each step with what is and what
     * is to be, and with the step that takes it back, where the charter asks for that and there is
     * something to take back.
     */
    public static Plan of(Request request, Charter charter, Account account) {
        Charter.Details details = charter.details(request.action());
        List<String> steps = new ArrayList<>();
        for (String step : charter.steps().getOrDefault(request.action(), List.of())) {
            String does = step(step, request, charter, account);
            Optional<String> back =
                    Optional.ofNullable(details.compensation().get(step))
                            .flatMap(_ -> back(step, details, account));
            steps.add(
                    back.map(each ->
                                    does.substring(0, does.length() - 1)
                                            + ",\"compensation\":"
                                            + each
                                            + "}")
                            .orElse(does));
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

    private static String step(String step, Request request, Charter charter, Account account) {
        Charter.Details details = charter.details(request.action());
        return switch (step) {
            case "create-account" -> create(details.account().orElseThrow(), account);
            case "disable-account" -> enabled(step, account.enabled(), false);
            case "enable-account" -> enabled(step, account.enabled(), true);
            case "end-sessions" ->
                    "{\"name\":\"end-sessions\",\"before\":{},\"after\":{\"sessions\":\"0\"}}";
            case "leave-groups" -> leaveGroups(account);
            case "leave-group" -> leaveGroup(details.group().orElseThrow());
            case "join-groups" -> joinGroups(missing(details, account));
            case "join-group" ->
                    granted(
                            step,
                            "\"groups\":" + quoted(grant(request, charter).group().path()),
                            grant(request, charter));
            case "leave-group-at-expiry" ->
                    granted(
                            step,
                            "\"expires\":" + quoted(grant(request, charter).lasts().toString()),
                            grant(request, charter));
            case "set-manager" ->
                    set(
                            step,
                            "manager",
                            account.managerWorkerId().orElse(""),
                            details.manager().orElseThrow());
            case "set-owner" ->
                    set(step, "owner", account.owner().orElse(""), details.owner().orElseThrow());
            case "rotate-secret" ->
                    "{\"name\":\"rotate-secret\",\"before\":{},\"after\":{\"secretSetAfter\":%s}}"
                            .formatted(quoted(account.observedAt().toString()));
            case "delete-account" -> DELETE;
            default -> throw new IllegalArgumentException("step '" + step + "' is not known");
        };
    }

    /** What takes a step back; empty if the account is so already. */
    private static Optional<String> back(String step, Charter.Details details, Account account) {
        return switch (step) {
            case "create-account" -> Optional.of(DELETE);
            case "disable-account" ->
                    account.enabled()
                            ? Optional.of(enabled("enable-account", false, true))
                            : Optional.empty();
            case "enable-account" -> Optional.of(enabled("disable-account", true, false));
            case "leave-groups" ->
                    account.groups().isEmpty()
                            ? Optional.empty()
                            : Optional.of(joinGroups(account.groups()));
            case "leave-group" -> Optional.of(joinGroups(List.of(details.group().orElseThrow())));
            case "set-manager" ->
                    setBack(
                            step,
                            "manager",
                            account.managerWorkerId().orElse(""),
                            details.manager().orElseThrow());
            case "set-owner" ->
                    setBack(
                            step,
                            "owner",
                            account.owner().orElse(""),
                            details.owner().orElseThrow());
            default -> throw new IllegalArgumentException("nothing takes '" + step + "' back");
        };
    }

    /** Why a step cannot be planned: what it needs is not said; empty if it is. */
    static Optional<String> incomplete(String step, Charter.Details details) {
        boolean complete =
                switch (step) {
                    case "create-account" -> details.account().isPresent();
                    case "leave-group" -> details.group().isPresent();
                    case "join-groups" -> !details.groups().isEmpty();
                    case "set-manager" -> details.manager().isPresent();
                    case "set-owner" -> details.owner().isPresent();
                    default -> true;
                };
        return complete ? Optional.empty() : Optional.of("it does not say what " + step + " is of");
    }

    /** Why a step has nothing to do on this account; empty if it has. */
    static Optional<String> pointless(String step, Charter.Details details, Account account) {
        return switch (step) {
            case "leave-group" ->
                    account.groups().stream()
                                    .anyMatch(group ->
                                            details.group().filter(group::equals).isPresent())
                            ? Optional.empty()
                            : Optional.of(
                                    "the account is not in "
                                            + details.group()
                                                    .map(Account.Group::path)
                                                    .orElse("the group"));
            case "join-groups" ->
                    missing(details, account).isEmpty()
                            ? Optional.of("the account is in all of the groups already")
                            : Optional.empty();
            case "enable-account" ->
                    account.enabled()
                            ? Optional.of("the account is enabled already")
                            : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** Why a plan that only says whose the account is has nothing to do; empty if it has. */
    static Optional<String> unchanged(
            List<String> steps, Charter.Details details, Account account) {
        boolean same =
                !steps.isEmpty()
                        && steps.stream()
                                .allMatch(step ->
                                        switch (step) {
                                            case "set-manager" ->
                                                    account.managerWorkerId()
                                                            .equals(details.manager());
                                            case "set-owner" ->
                                                    account.owner().equals(details.owner());
                                            default -> false;
                                        });
        return same
                ? Optional.of(
                        "the account is "
                                + details.owner().or(details::manager).orElse("nobody")
                                + "'s already")
                : Optional.empty();
    }

    private static List<Account.Group> missing(Charter.Details details, Account account) {
        return details.groups().stream()
                .filter(group ->
                        account.groups().stream().noneMatch(each -> each.id().equals(group.id())))
                .toList();
    }

    private static final String DELETE =
            "{\"name\":\"delete-account\",\"before\":{\"account\":\"there\"},\"after\":{\"account\":\"gone\"}}";

    /** Exactly what the account is made with: what is not here is not on it. */
    private static String create(Charter.NewAccount wanted, Account made) {
        return "{\"name\":\"create-account\",\"before\":{\"account\":\"gone\"},\"after\":{\"account\":\"there\",\"enabled\":\"%s\",\"manager\":%s,\"username\":%s,\"workerId\":%s}}"
                .formatted(
                        wanted.enabled(),
                        quoted(made.managerWorkerId().orElse("")),
                        quoted(made.label()),
                        quoted(made.workerId().orElseThrow()));
    }

    private static String enabled(String step, boolean before, boolean after) {
        return "{\"name\":\"%s\",\"before\":{\"enabled\":\"%s\"},\"after\":{\"enabled\":\"%s\"}}"
                .formatted(step, before, after);
    }

    private static String set(String step, String attribute, String before, String after) {
        return "{\"name\":\"%1$s\",\"before\":{\"%2$s\":%3$s},\"after\":{\"%2$s\":%4$s}}"
                .formatted(step, attribute, quoted(before), quoted(after));
    }

    private static Optional<String> setBack(
            String step, String attribute, String before, String after) {
        return before.equals(after)
                ? Optional.empty()
                : Optional.of(set(step, attribute, /* before= */ after, /* after= */ before));
    }

    private static String leaveGroup(Account.Group group) {
        return "{\"name\":\"leave-group\",\"before\":{\"groups\":%s},\"after\":{\"groups\":\"\"},\"group\":%s}"
                .formatted(quoted(group.path()), json(group));
    }

    private static String joinGroups(List<Account.Group> groups) {
        List<Account.Group> sorted =
                groups.stream().sorted(Comparator.comparing(Account.Group::path)).toList();
        return "{\"name\":\"join-groups\",\"before\":{\"groups\":\"\"},\"after\":{\"groups\":%s},\"groups\":[%s]}"
                .formatted(
                        quoted(
                                sorted.stream()
                                        .map(Account.Group::path)
                                        .collect(Collectors.joining(","))),
                        sorted.stream().map(Plan::json).collect(Collectors.joining(",")));
    }

    private static String json(Account.Group group) {
        return "{\"id\":%s,\"path\":%s}".formatted(quoted(group.id()), quoted(group.path()));
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
                        groups.stream().map(Plan::json).collect(Collectors.joining(",")));
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
