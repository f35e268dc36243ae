package dev.remit.bench;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An SVG picture from top to bottom, self-contained, for a light background. */
final class Svg {
    /** For what is compared with. */
    static final String BLUE = "#0072b2";

    /** For Remit. */
    static final String ORANGE = "#d55e00";

    /**
     * A row of stacked bars.
     *
     * @param parts by name; empty: not run
     * @param colour where the parts have none of their own
     */
    record Bar(String label, Optional<Map<String, Double>> parts, String colour) {}

    /** A row from p50 to p99; empty: not run. */
    record Range(String label, Optional<Distribution> latency, String colour) {}

    private static final int WIDTH = 980;
    private static final int LEFT = 250;
    private static final int RIGHT = 110;
    private static final int PLOT = WIDTH - LEFT - RIGHT;
    private static final int ROW = 24;
    private static final int BAR = 15;

    /** Okabe and Ito's colours: told apart by those who see fewer. */
    private static final List<String> COLOURS =
            List.of(
                    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#999999",
                    "#f0e442", "#004c78", "#8a5f00", "#00603f", "#444444");

    private final StringBuilder svg = new StringBuilder();
    private int y = 34;

    Svg(String title) {
        text(20, y, 20, "bold", title);
        y += 6;
    }

    /** A line of text. */
    void line(String words) {
        y += 16;
        text(20, y, 12, "normal", words);
    }

    /** Small print at the end. */
    void notes(List<String> notes) {
        y += 14;
        for (String note : notes) {
            for (String line : wrapped(note, 150)) {
                y += 16;
                text(20, y, 11, "normal", line);
            }
        }
    }

    /** The whole picture. */
    String document() {
        int height = y + 20;
        return """
        <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" \
        font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">
        <rect width="%1$d" height="%2$d" fill="#ffffff"/>
        %3$s</svg>
        """
                .formatted(WIDTH, height, svg);
    }

    /** Stacked bars on a linear scale from zero; the sum stands at the end. */
    void bars(String title, List<Bar> rows, boolean legend) {
        heading(title);
        double largest = 0;
        Set<String> names = new LinkedHashSet<>();
        for (Bar row : rows) {
            Map<String, Double> parts = row.parts().orElse(Map.of());
            largest = Math.max(largest, sum(parts));
            parts.keySet().forEach(name -> names.add(group(name)));
        }
        List<String> order = new ArrayList<>(names);
        if (legend) {
            legend(order);
        }
        for (Bar row : rows) {
            y += ROW;
            text(20, y, 12, "normal", row.label());
            Optional<Map<String, Double>> parts = row.parts();
            if (parts.isEmpty()) {
                text(LEFT, y, 12, "normal", "not run");
                continue;
            }
            double x = LEFT;
            for (String name : order) {
                double part =
                        parts.get().entrySet().stream()
                                .filter(each -> group(each.getKey()).equals(name))
                                .mapToDouble(Map.Entry::getValue)
                                .sum();
                double width = largest == 0 ? 0 : part / largest * PLOT;
                if (width > 0) {
                    rectangle(
                            x,
                            y - BAR + 3,
                            width,
                            legend ? colour(order.indexOf(name)) : row.colour());
                }
                x += width;
            }
            text(Math.max(x, LEFT + 1) + 6, y, 12, "bold", Report.number(sum(parts.get())));
        }
    }

    /** From p50 to p99 on a logarithmic scale. */
    void ranges(String title, List<Range> rows) {
        heading(title);
        double least = Double.MAX_VALUE;
        double most = 0;
        for (Range row : rows) {
            Optional<Distribution> latency = row.latency();
            if (latency.isPresent() && Double.isFinite(latency.get().p50())) {
                least = Math.min(least, Math.max(0.1, latency.get().p50()));
                most = Math.max(most, latency.get().p50());
                most =
                        Double.isFinite(latency.get().p99())
                                ? Math.max(most, latency.get().p99())
                                : most;
            }
        }
        if (most == 0) {
            y += ROW;
            text(LEFT, y, 12, "normal", "not run");
            return;
        }
        double low = Math.floor(Math.log10(least));
        double high = Math.max(low + 1, Math.ceil(Math.log10(most)));
        int top = y + 8;
        int bottom = y + ROW * rows.size() + 8;
        for (double power = low; power <= high; power++) {
            double x = LEFT + (power - low) / (high - low) * PLOT;
            svg.append(line("#dddddd", 1, x, top, x, bottom));
            centred(x, bottom + 13, 11, Report.number(Math.pow(10, power)));
        }
        for (Range row : rows) {
            y += ROW;
            text(20, y, 12, "normal", row.label());
            Optional<Distribution> found = row.latency();
            if (found.isEmpty() || !Double.isFinite(found.get().p50())) {
                text(LEFT + 6, y, 12, "normal", found.isEmpty() ? "not run" : "most never ended");
                continue;
            }
            Distribution latency = found.get();
            double from = place(latency.p50(), low, high);
            double to =
                    Double.isFinite(latency.p99()) ? place(latency.p99(), low, high) : LEFT + PLOT;
            String colour = row.colour();
            svg.append(line(colour, 4, from, y - 4, to, y - 4));
            svg.append(circle(from, y - 4, 5.5, colour, "#ffffff"));
            svg.append(circle(to, y - 4, 5.5, colour, colour));
            text(
                    to + 11,
                    y,
                    12,
                    "bold",
                    Report.number(latency.p50()) + " / " + Report.number(latency.p99()));
        }
        y = bottom + 16;
    }

    private static double place(double value, double low, double high) {
        return LEFT
                + Math.clamp((Math.log10(Math.max(value, 1e-3)) - low) / (high - low), 0, 1) * PLOT;
    }

    private void heading(String title) {
        y += 40;
        text(20, y, 14, "bold", title);
    }

    private void legend(List<String> names) {
        y += 20;
        double x = 20;
        for (int index = 0; index < names.size(); index++) {
            double width = 26 + 6.4 * names.get(index).length();
            if (x + width > WIDTH - 20) {
                x = 20;
                y += 17;
            }
            rectangle(x, y - 10, 11, colour(index));
            text(x + 15, y, 11, "normal", names.get(index));
            x += width + 6;
        }
    }

    /** The hops are one kind of process. */
    private static String group(String process) {
        return process.startsWith("hop ") ? "five hops" : process;
    }

    private static double sum(Map<String, Double> parts) {
        return parts.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    private static String colour(int index) {
        return COLOURS.get(index % COLOURS.size());
    }

    private void rectangle(double x, double top, double width, String colour) {
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.2f\" height=\"%d\" fill=\"%s\"/>%n",
                        x,
                        top,
                        width,
                        width == 11 ? 11 : BAR,
                        colour));
    }

    private static String line(
            String colour, int thick, double x1, double y1, double x2, double y2) {
        return String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%d\"/>%n",
                x1,
                y1,
                x2,
                y2,
                colour,
                thick);
    }

    private static String circle(double x, double y, double radius, String edge, String filling) {
        return String.format(
                Locale.ROOT,
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" stroke=\"%s\" stroke-width=\"2\" fill=\"%s\"/>%n",
                x,
                y,
                radius,
                edge,
                filling);
    }

    private void text(double x, double top, int size, String weight, String words) {
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" font-weight=\"%s\" fill=\"#222222\">%s</text>%n",
                        x,
                        top,
                        size,
                        weight,
                        escaped(words)));
    }

    private void centred(double x, double top, int size, String words) {
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" text-anchor=\"middle\" fill=\"#666666\">%s</text>%n",
                        x,
                        top,
                        size,
                        escaped(words)));
    }

    private static String escaped(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static List<String> wrapped(String words, int columns) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : words.split(" ", -1)) {
            if (line.length() + word.length() > columns && line.length() > 0) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
