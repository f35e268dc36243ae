package dev.remit.handoff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The picture in the README: who hands what to whom, legible as text. */
final class Picture {
    private static final Service LEDGER = Service.EVIDENCE_LEDGER;

    /** Who holds a change, in turn. */
    private static final List<Service> ROW =
            Arrays.stream(Service.values()).filter(service -> service != LEDGER).toList();

    private Picture() {}

    static String text() {
        StringBuilder top = new StringBuilder(" ");
        StringBuilder middle = new StringBuilder(" ");
        StringBuilder bottom = new StringBuilder(" ");
        List<Integer> columns = new ArrayList<>();
        for (int n = 0; n < ROW.size(); n++) {
            String name = ROW.get(n).id();
            columns.add(top.length() + 3);
            top.append('┌').repeat("─", name.length() + 2).append('┐');
            middle.append("│ ").append(name).append(" │");
            bottom.append('└').repeat("─", name.length() + 2).append('┘');
            if (n + 1 < ROW.size()) {
                String label = String.join(", ", onwards(ROW.get(n), ROW.get(n + 1)));
                top.append(' ').append(label).append(' ');
                middle.append(' ').repeat("─", label.length() - 1).append("▶ ");
                bottom.repeat(" ", label.length() + 2);
            }
        }
        int width = top.length();

        StringBuilder text = new StringBuilder();
        text.append(line(columns, List.of("HR feed · Keycloak", "", "people, digital employees")));
        text.append(line(columns, List.of("│ read", "", "│ propose · correct · approve")));
        text.append(line(columns, List.of("▼", "", "▼")));
        text.append(top).append('\n').append(middle).append('\n').append(bottom).append('\n');
        List<List<String>> down = ROW.stream().map(Picture::besides).toList();
        int rows = down.stream().mapToInt(List::size).max().orElse(0);
        for (int row = 0; row < rows; row++) {
            int at = row;
            text.append(
                    line(
                            columns,
                            down.stream()
                                    .map(names -> at < names.size() ? "│ " + names.get(at) : "│")
                                    .toList()));
        }
        text.append(line(columns, ROW.stream().map(service -> "▼").toList()));
        List<String> ledger =
                List.of(
                        " %s: reads every handoff, logs it, sends".formatted(LEDGER.id()),
                        " " + String.join(", ", ownRecords(LEDGER)));
        text.append(" ┌").repeat("─", width - 3).append("┐\n");
        for (String line : ledger) {
            text.append(" │").append(line).repeat(" ", width - 3 - line.length()).append("│\n");
        }
        text.append(" └").repeat("─", width - 3).append("┘\n");
        alsoRead()
                .forEach((readers, names) ->
                        text.append(" %s: read by %s too\n".formatted(names, readers)));
        text.append(
                " every service: %s, for what it had to set aside\n"
                        .formatted(names(sharedRecords())));
        return text.toString();
    }

    /** What a service sends that only the next one and the ledger read. */
    private static List<String> onwards(Service from, Service to) {
        return Arrays.stream(Handoff.values())
                .filter(handoff -> senders(handoff).equals(EnumSet.of(from)))
                .filter(handoff -> readers(handoff).equals(EnumSet.of(to, LEDGER)))
                .map(Handoff::recordName)
                .toList();
    }

    /** What else a service alone sends. */
    private static List<String> besides(Service service) {
        List<String> names = new ArrayList<>(ownRecords(service));
        int next = ROW.indexOf(service) + 1;
        if (next < ROW.size()) {
            names.removeAll(onwards(service, ROW.get(next)));
        }
        return names;
    }

    private static List<String> ownRecords(Service service) {
        return Arrays.stream(Handoff.values())
                .filter(handoff -> senders(handoff).equals(EnumSet.of(service)))
                .map(Handoff::recordName)
                .toList();
    }

    private static List<Handoff> sharedRecords() {
        return Arrays.stream(Handoff.values())
                .filter(handoff -> senders(handoff).size() > 1)
                .toList();
    }

    /** Records that more than one service of the row reads, by those services. */
    private static Map<String, String> alsoRead() {
        Map<String, String> read = new LinkedHashMap<>();
        for (Handoff handoff : Handoff.values()) {
            Set<Service> row = readers(handoff);
            row.remove(LEDGER);
            if (row.size() > 1) {
                read.merge(
                        row.stream().map(Service::id).collect(Collectors.joining(" and ")),
                        handoff.recordName(),
                        (one, two) -> one + ", " + two);
            }
        }
        return read;
    }

    private static Set<Service> senders(Handoff handoff) {
        return services(handoff::maySend);
    }

    private static Set<Service> readers(Handoff handoff) {
        return services(handoff.topic()::isReadBy);
    }

    private static Set<Service> services(java.util.function.Predicate<Service> which) {
        Set<Service> services = EnumSet.noneOf(Service.class);
        Arrays.stream(Service.values()).filter(which).forEach(services::add);
        return services;
    }

    private static String names(List<Handoff> handoffs) {
        return handoffs.stream().map(Handoff::recordName).collect(Collectors.joining(", "));
    }

    private static String line(List<Integer> columns, List<String> words) {
        StringBuilder line = new StringBuilder();
        for (int n = 0; n < words.size(); n++) {
            if (!words.get(n).isEmpty()) {
                line.repeat(" ", Math.max(1, columns.get(n) - line.length())).append(words.get(n));
            }
        }
        return line.append('\n').toString();
    }
}
