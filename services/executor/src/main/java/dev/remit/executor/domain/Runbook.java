package dev.remit.executor.domain;

import dev.remit.executor.domain.Intent.Barred;
import dev.remit.executor.domain.Plan.Group;
import dev.remit.executor.domain.Plan.Step;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a person needs to execute an authorized plan by hand: exactly this, until then, and what
 * will be looked at afterwards. Of the plan and its authorization alone, so it says what was
 * approved.
 *
 * @param account immutable id in the target
 * @param deadline nothing counts that is begun later
 * @param person immutable id of who has taken it on
 * @param approvers immutable ids, in the order of the stages
 * @param accountable immutable id of the person who answers for the proposal
 * @param mayNotExecute who may not, and by which rule
 * @param checklist what the ledger will look for
 */
public record Runbook(
        UUID change,
        UUID authorization,
        String target,
        String account,
        String planHash,
        Instant deadline,
        boolean assisted,
        Optional<String> person,
        List<String> approvers,
        Optional<String> accountable,
        List<Barred> mayNotExecute,
        List<Task> steps,
        List<Check> checklist) {
    /**
     * One step.
     *
     * @param words what it does
     * @param before what the account was when the plan was made; none where any will do
     * @param after what it is to be
     * @param byHand how to do it in the target
     * @param takenBackBy how to take it back if a later step cannot be done
     */
    public record Task(
            String step,
            String words,
            Map<String, String> before,
            Map<String, String> after,
            String byHand,
            Optional<String> takenBackBy) {}

    /**
     * One proof.
     *
     * @param by who gives it
     */
    public record Check(String proof, String words, String by) {}

    /** That of an authorization whose plan reads. */
    public static Runbook of(Intent intent, Plan plan, Optional<String> person) {
        List<Task> tasks =
                plan.steps().stream()
                        .map(step ->
                                task(
                                        step,
                                        plan,
                                        Optional.ofNullable(plan.compensations().get(step))))
                        .collect(Collectors.toList());
        plan.end()
                .ifPresent(end ->
                        tasks.add(
                                new Task(
                                        end.step().name(),
                                        "leaves "
                                                + named(end.step().group())
                                                + ", "
                                                + end.after()
                                                + " after the authorization",
                                        Map.of(),
                                        Map.of(),
                                        "Nothing: the executor does it at that time.",
                                        Optional.empty())));
        return new Runbook(
                intent.change(),
                intent.authorization(),
                intent.target(),
                intent.account(),
                intent.planHash(),
                intent.expiresAt(),
                intent.assisted(),
                person,
                intent.terms().approvers(),
                intent.terms().accountable(),
                intent.terms().barred(),
                List.copyOf(tasks),
                intent.terms().proofs().stream().map(Runbook::check).toList());
    }

    private static Task task(Step step, Plan plan, Optional<Step> back) {
        return new Task(
                step.name(),
                words(step),
                before(step),
                after(step),
                byHand(step, plan),
                back.map(each -> byHand(each, plan)));
    }

    private static String words(Step step) {
        return switch (step) {
            case Step.CreateAccount create ->
                    "an account is made for worker "
                            + create.worker()
                            + ", with exactly this and without a credential";
            case Step.DisableAccount _ -> "the account may no longer sign in";
            case Step.EnableAccount _ -> "the account may sign in again";
            case Step.EndSessions _ -> "every session of the account ends";
            case Step.JoinGroup join -> "joins " + named(join.group());
            case Step.JoinGroups join -> "joins " + named(join.groups());
            case Step.LeaveGroup leave -> "leaves " + named(leave.group());
            case Step.LeaveOne leave -> "leaves " + named(leave.group());
            case Step.LeaveGroups leave ->
                    leave.groups().isEmpty()
                            ? "is in no group, and stays so"
                            : "leaves " + named(leave.groups());
            case Step.SetManager set -> "its manager becomes " + orNobody(set.after());
            case Step.SetOwner set -> "its owner becomes " + orNobody(set.after());
            case Step.RotateSecret rotate -> "gets a secret that is set after " + rotate.after();
            case Step.DeleteAccount _ -> "the account is removed, for good";
        };
    }

    private static Map<String, String> before(Step step) {
        return switch (step) {
            case Step.CreateAccount _ -> Map.of("account", "gone");
            case Step.DisableAccount disable ->
                    Map.of("enabled", String.valueOf(disable.enabledBefore()));
            case Step.EnableAccount _ -> Map.of("enabled", "false");
            case Step.LeaveOne leave -> Map.of("groups", leave.group().path());
            case Step.LeaveGroups leave -> Map.of("groups", paths(leave.groups()));
            case Step.SetManager set -> Map.of("manager", set.before());
            case Step.SetOwner set -> Map.of("owner", set.before());
            case Step.DeleteAccount _ -> Map.of("account", "there");
            case Step.EndSessions _,
                    Step.JoinGroup _,
                    Step.JoinGroups _,
                    Step.LeaveGroup _,
                    Step.RotateSecret _ ->
                    Map.of();
        };
    }

    private static Map<String, String> after(Step step) {
        return switch (step) {
            case Step.CreateAccount create -> after(create);
            case Step.DisableAccount _ -> Map.of("enabled", "false");
            case Step.EnableAccount _ -> Map.of("enabled", "true");
            case Step.EndSessions _ -> Map.of("sessions", "0");
            case Step.JoinGroup join -> Map.of("groups", join.group().path());
            case Step.JoinGroups join -> Map.of("groups", paths(join.groups()));
            case Step.LeaveGroup _, Step.LeaveOne _, Step.LeaveGroups _ -> Map.of("groups", "");
            case Step.SetManager set -> Map.of("manager", set.after());
            case Step.SetOwner set -> Map.of("owner", set.after());
            case Step.RotateSecret rotate -> Map.of("secretSetAfter", rotate.after().toString());
            case Step.DeleteAccount _ -> Map.of("account", "gone");
        };
    }

    private static Map<String, String> after(Step.CreateAccount create) {
        Map<String, String> after = new TreeMap<>();
        after.put("account", "there");
        after.put("enabled", String.valueOf(create.enabled()));
        after.put("username", create.username());
        after.put("workerId", create.worker());
        after.put("manager", create.manager());
        return Collections.unmodifiableMap(after);
    }

    /** Keycloak's admin console by its own names; any other system by SCIM (RFC 7644). */
    private static String byHand(Step step, Plan plan) {
        boolean keycloak = plan.target().startsWith("keycloak:");
        String user =
                plan.creation()
                        .map(made ->
                                keycloak
                                        ? "Users, the account named " + made.username()
                                        : "/Users/(the id of " + made.username() + ")")
                        .orElse(
                                keycloak
                                        ? "Users, the account with the id " + plan.account()
                                        : "/Users/" + plan.account());
        return switch (step) {
            case Step.CreateAccount create ->
                    keycloak
                            ? "Users, Add user: Username "
                                    + create.username()
                                    + ", attribute employeeNumber "
                                    + create.worker()
                                    + (create.manager().isEmpty()
                                            ? ""
                                            : ", attribute manager " + create.manager())
                                    + ", Create; Enabled "
                                    + (create.enabled() ? "on" : "off")
                                    + ". Set no password."
                            : "POST /Users: userName "
                                    + create.username()
                                    + ", externalId "
                                    + create.worker()
                                    + ", active "
                                    + create.enabled()
                                    + ", no password.";
            case Step.DisableAccount _ ->
                    keycloak
                            ? user + ", Details: switch Enabled off, Save."
                            : "PATCH " + user + ": replace active with false.";
            case Step.EnableAccount _ ->
                    keycloak
                            ? user + ", Details: switch Enabled on, Save."
                            : "PATCH " + user + ": replace active with true.";
            case Step.EndSessions _ -> user + ", Sessions: Sign out of all of them.";
            case Step.JoinGroup(Group group) -> join(List.of(group), user, keycloak);
            case Step.JoinGroups(List<Group> groups) -> join(groups, user, keycloak);
            case Step.LeaveGroup(Group group) -> leave(List.of(group), user, keycloak);
            case Step.LeaveOne(Group group) -> leave(List.of(group), user, keycloak);
            case Step.LeaveGroups(List<Group> groups) -> leave(groups, user, keycloak);
            case Step.SetManager set -> user + attribute("manager", set.after());
            case Step.SetOwner set -> user + attribute("owner", set.after());
            case Step.RotateSecret _ ->
                    user
                            + ", Credentials: Reset password, or have its holder set a new one. It is written down nowhere here.";
            case Step.DeleteAccount _ -> keycloak ? user + ": Delete." : "DELETE " + user + ".";
        };
    }

    private static String attribute(String name, String value) {
        return ", Attributes: "
                + (value.isEmpty() ? "remove " + name : "set " + name + " to " + value)
                + ", Save.";
    }

    private static String join(List<Group> groups, String user, boolean keycloak) {
        return keycloak
                ? user + ", Groups: Join Group, " + named(groups) + "."
                : "PATCH each of /Groups/" + ids(groups) + ": add " + user + " to members.";
    }

    private static String leave(List<Group> groups, String user, boolean keycloak) {
        return groups.isEmpty()
                ? "Nothing."
                : keycloak
                        ? user + ", Groups: Leave, " + named(groups) + "."
                        : "PATCH each of /Groups/"
                                + ids(groups)
                                + ": remove "
                                + user
                                + " from members.";
    }

    private static Check check(String proof) {
        return switch (proof) {
            case "readiness.fit" ->
                    new Check(proof, "the data behind the change was judged fit", "given");
            case "approvals.complete" ->
                    new Check(proof, "every stage has approved this plan", "given");
            case "separation-of-duties" ->
                    new Check(
                            proof,
                            "who executes has neither proposed nor approved it, and breaks no rule of the charter",
                            "who takes it on");
            case "executed.as-authorized" ->
                    new Check(
                            proof,
                            "this plan and no other, on this account, begun before the deadline",
                            "who takes it on");
            case "read-back.matches" ->
                    new Check(
                            proof,
                            "the target, read every few seconds, is as every step says",
                            "the executor");
            case "activity.corroborated" ->
                    new Check(
                            proof,
                            "the target's own events show that who took it on did it, with their own account",
                            "the target");
            case "grant.ended" ->
                    new Check(proof, "what is granted is taken away at its time", "the executor");
            case "review.closed" ->
                    new Check(proof, "somebody without a part in it looks at it", "reviewers");
            default -> new Check(proof, "what the charter names so", "the ledger");
        };
    }

    /** To be read and ticked off. */
    public String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("# Runbook of change ").append(change).append("\n\n");
        text.append("On `")
                .append(target)
                .append("`, account `")
                .append(account)
                .append("`. Plan `")
                .append(planHash)
                .append("`.\n\n");
        text.append("- Until: ").append(deadline).append(", when the authorization ends\n");
        text.append("- Executes: ")
                .append(
                        assisted
                                ? person.map("taken on by "::concat)
                                        .orElse(
                                                "nobody yet: `./remit take-on "
                                                        + change
                                                        + " --as USER`")
                                : "the executor; nothing is to be done by hand")
                .append('\n');
        text.append("- Approved by: ").append(listed(approvers)).append('\n');
        accountable.ifPresent(each -> text.append("- Answers for it: ").append(each).append('\n'));
        mayNotExecute.forEach(each ->
                text.append("- May not execute: ")
                        .append(each.person())
                        .append(", who ")
                        .append(each.reason())
                        .append(" (")
                        .append(each.rule())
                        .append(")\n"));
        text.append("\n## Steps, in this order\n\n");
        for (Task each : steps) {
            text.append("- [ ] **").append(each.step()).append("**: ").append(each.words());
            each.after()
                    .forEach((attribute, after) ->
                            text.append("; ")
                                    .append(attribute)
                                    .append(": ")
                                    .append(quoted(each.before().get(attribute)))
                                    .append(" → ")
                                    .append(quoted(after)));
            text.append("\n  ").append(each.byHand()).append('\n');
            each.takenBackBy()
                    .ifPresent(back ->
                            text.append("  If a later step cannot be done, take it back: ")
                                    .append(back)
                                    .append('\n'));
        }
        text.append("\n## What the ledger will look for\n\n");
        checklist.forEach(each ->
                text.append("- [")
                        .append(each.by().equals("given") ? 'x' : ' ')
                        .append("] `")
                        .append(each.proof())
                        .append("`: ")
                        .append(each.words())
                        .append(" (")
                        .append(each.by())
                        .append(")\n"));
        return text.toString();
    }

    private static String quoted(@Nullable String value) {
        return value == null ? "any" : value.isEmpty() ? "none" : "`" + value + "`";
    }

    private static String listed(List<String> all) {
        return all.isEmpty() ? "not said" : String.join(", ", all);
    }

    private static String orNobody(String manager) {
        return manager.isEmpty() ? "nobody" : manager;
    }

    private static String named(Group group) {
        return group.path() + " (" + group.id() + ")";
    }

    private static String named(List<Group> groups) {
        return groups.stream().map(Runbook::named).collect(Collectors.joining(", "));
    }

    private static String ids(List<Group> groups) {
        return groups.stream().map(Group::id).collect(Collectors.joining(", "));
    }

    private static String paths(List<Group> groups) {
        return groups.stream().map(Group::path).sorted().collect(Collectors.joining(","));
    }
}
