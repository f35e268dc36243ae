package dev.remit.handoff.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A statement as PostgreSQL takes it: each place where a parameter stands has a number of its own,
 * and so a type of its own.
 *
 * @param names which parameter stands at {@code $1}, {@code $2} and so on
 */
record Text(String sql, List<String> names) {
    /** What is quoted, a cast, or a parameter: {@code ?1} or {@code :name}. */
    private static final Pattern PART =
            Pattern.compile("'[^']*'|\"[^\"]*\"|::|\\?([0-9]+)|:([A-Za-z_][A-Za-z0-9_]*)");

    /** Statements are constants, or made of a few. */
    private static final Map<String, Text> KNOWN = new ConcurrentHashMap<>();

    static Text of(String sql) {
        return KNOWN.computeIfAbsent(sql, Text::read);
    }

    private static Text read(String sql) {
        List<String> names = new ArrayList<>();
        StringBuilder text = new StringBuilder(sql.length());
        Matcher part = PART.matcher(sql);
        while (part.find()) {
            String name = part.group(1) == null ? part.group(2) : part.group(1);
            if (name != null) {
                names.add(name);
            }
            part.appendReplacement(
                    text,
                    Matcher.quoteReplacement(name == null ? part.group() : "$" + names.size()));
        }
        part.appendTail(text);
        return new Text(text.toString(), List.copyOf(names));
    }
}
