package io.github.corsproof.junit;

import com.google.gson.annotations.SerializedName;
import java.util.List;

/** The parts of the JSON report that become tests; docs/report.md describes all of it. */
final class Report {
    /** The version of the report that is read. */
    static final int VERSION = 2;

    int version;
    String tool;
    List<Finding> findings = List.of();
    List<Row> results = List.of();
    Baseline baseline = new Baseline();

    static final class Baseline {
        List<String> stale = List.of();
    }

    /** A check. */
    static final class Row {
        String id;
        String group;
        String title;
        String verdict;
        String skip;
        String reason;
        String known;

        /** Why it did not pass, in words that checks of the same kind share; empty if it passed. */
        String unpassed() {
            if (known != null) {
                return "known: " + known;
            }
            return switch (verdict) {
                case "pass", "warn", "info" -> "";
                case "fail" -> "failed, see the findings";
                case "skip" -> skip + ": " + reason;
                default -> verdict + ": " + reason;
            };
        }
    }

    /** A cause of what is wrong. */
    static final class Finding {
        String id;
        String title;
        String level;
        String severity;
        String side;
        String affects;
        List<String> received = List.of();
        List<String> wanted = List.of();
        @SerializedName("says")
        String chrome;
        String why;
        String setting;
        String fix;
        String docs;
        List<String> explains = List.of();
        String known;

        /** Tells whether the target fails by it, as the exit status does. */
        boolean breaks(boolean strict) {
            return known == null && (strict || level.equals("must") || severity != null);
        }

        /** The finding as the message of a test. */
        String text() {
            var b = new StringBuilder(title);
            b.append(" [").append(severity == null ? level : "security: " + severity).append(", ").append(side).append("]\n");
            line(b, "who", affects);
            for (var line : received) {
                b.append("       - ").append(line).append('\n');
            }
            for (var line : wanted) {
                b.append("       + ").append(line).append('\n');
            }
            line(b, "Chrome", chrome);
            line(b, "why", why);
            line(b, "set", setting);
            line(b, "fix", fix);
            line(b, "see", docs);
            line(b, "checks", id + " explains " + some());
            return b.toString();
        }

        private String some() {
            int most = Math.min(5, explains.size());
            int more = explains.size() - most;
            return String.join(", ", explains.subList(0, most)) + (more > 0 ? ", and " + more + " more" : "");
        }

        private static void line(StringBuilder b, String label, String value) {
            if (value != null && !value.isEmpty()) {
                b.append("  %-6s %s%n".formatted(label, value.replace("\n", "\n         ")));
            }
        }
    }
}
