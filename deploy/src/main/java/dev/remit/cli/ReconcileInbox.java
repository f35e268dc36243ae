package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.remit.stack.Home;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/**
 * Compares which changes are open by approval-routing's own state with which wait for approvers,
 * nobody or the proposer by the handoffs in the log, and says what approval-routing's own timer has
 * mended. Changes nothing.
 */
@Command(
        name = "reconcile",
        mixinStandardHelpOptions = true,
        description =
                "Compares which changes are open at approval-routing with which wait there by the log: not in whose inbox each is, nor at which stage; that approval-routing compares by itself and mends, and what it mended is said too. Reads as the auditor, changes nothing; exits with 1 if they differ.",
        footer = {"", "Needs: a running mesh (./remit up)."})
final class ReconcileInbox implements Callable<Integer> {
    private static final As AUDITOR = new As.Somebody("auditor");

    @ParentCommand ShowInbox inbox;

    @Option(
            names = "--settle",
            defaultValue = "PT5S",
            paramLabel = "TIME",
            description =
                    "What differs is looked at again after this long: a handoff may be on its way (default: ${DEFAULT-VALUE}).")
    Duration settle;

    /** Changes that only one of the two says are waiting. */
    record Difference(Set<String> onlyInbox, Set<String> onlyLog) {
        static Difference of(Set<String> inbox, Set<String> log) {
            Set<String> onlyInbox = new TreeSet<>(inbox);
            onlyInbox.removeAll(log);
            Set<String> onlyLog = new TreeSet<>(log);
            onlyLog.removeAll(inbox);
            return new Difference(onlyInbox, onlyLog);
        }

        boolean isNone() {
            return onlyInbox.isEmpty() && onlyLog.isEmpty();
        }

        /** What differs in the same way in both. */
        Difference and(Difference later) {
            Set<String> first = new TreeSet<>(onlyInbox);
            first.retainAll(later.onlyInbox);
            Set<String> second = new TreeSet<>(onlyLog);
            second.retainAll(later.onlyLog);
            return new Difference(first, second);
        }
    }

    @Override
    public Integer call() throws Exception {
        Home home = inbox.remit.home();
        Set<String> routed = routed(home);
        Difference found = Difference.of(routed, logged(home));
        if (!found.isNone()) {
            Thread.sleep(settle);
            found = found.and(Difference.of(routed(home), logged(home)));
        }
        for (String change : found.onlyInbox()) {
            System.out.println(
                    change
                            + "  is open at approval-routing, does not wait by the log: see ./remit changes "
                            + change
                            + " and ./remit dead-letters");
        }
        for (String change : found.onlyLog()) {
            System.out.println(
                    change
                            + "  waits by the log, is not open at approval-routing: was approval-routing's database put back? See ./remit dead-letters");
        }
        System.out.println(
                found.isNone()
                        ? routed.size() + " changes are open, and the log says the same"
                        : "they differ in "
                                + (found.onlyInbox().size() + found.onlyLog().size())
                                + " changes");
        mended(AUDITOR.get(home, "approval-routing", "/inbox/reconciliation"))
                .forEach(System.out::println);
        return found.isNone() ? 0 : 1;
    }

    /** What approval-routing has mended by itself, in lines. */
    static List<String> mended(JsonNode report) {
        List<String> lines = new ArrayList<>();
        lines.add(
                report.path("finishedAt").isTextual()
                        ? "approval-routing compared the inboxes of %d open changes at %s"
                                .formatted(
                                        report.path("checked").asLong(),
                                        report.path("finishedAt").asText())
                        : "approval-routing has not compared its inboxes yet");
        report.path("mended")
                .forEach(each ->
                        lines.add(
                                "%s  mended at %s: %s"
                                        .formatted(
                                                each.path("changeId").asText(),
                                                each.path("at").asText(),
                                                each.path("what").asText())));
        return lines;
    }

    private static Set<String> routed(Home home) throws IOException, InterruptedException {
        return all(home, "approval-routing", "/changes?limit=1000");
    }

    private static Set<String> logged(Home home) throws IOException, InterruptedException {
        Set<String> waiting = new TreeSet<>();
        for (String party : new String[] {"approvers", "nobody", "proposer"}) {
            waiting.addAll(all(home, "evidence-ledger", "/debt/waiting?limit=200&party=" + party));
        }
        return waiting;
    }

    private static Set<String> all(Home home, String service, String first)
            throws IOException, InterruptedException {
        Set<String> found = new TreeSet<>();
        AUDITOR.all(home, service, first)
                .forEach(each -> found.add(each.path("changeId").asText()));
        return found;
    }
}
