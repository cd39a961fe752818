package io.github.corsproof.junit;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.Gson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** A run that gave a verdict: the exit status 0 or 1, what it wrote to standard error, and the report. */
record Run(int status, String said, Report report, boolean strict) {
    private static final Gson JSON = new Gson();

    static Run of(String program, Corsproof options) {
        try {
            var folder = Files.createTempDirectory("corsproof-");
            try {
                return in(folder, program, options);
            } finally {
                try (var files = Files.list(folder)) {
                    for (var file : files.toList()) {
                        Files.delete(file);
                    }
                }
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new IllegalStateException("running corsproof: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while corsproof ran", e);
        }
    }

    private static Run in(Path folder, String program, Corsproof options) throws IOException, InterruptedException {
        var file = folder.resolve("report.json");
        var said = folder.resolve("stderr");
        var command = new ArrayList<>(List.of(program, "run"));
        command.addAll(options.target);
        if (options.policy != null) {
            command.addAll(List.of("--policy", write(folder.resolve("policy.yaml"), options.policy.fields)));
        }
        if (!options.known.isEmpty()) {
            var known = options.known.entrySet().stream().map(e -> Map.of("id", e.getKey(), "reason", e.getValue())).toList();
            command.addAll(List.of("--baseline", write(folder.resolve("baseline.yaml"), Map.of("known", known))));
        }
        command.addAll(options.flags);
        command.addAll(List.of("--quiet", "--json", file.toString()));
        int status = start(command, said);
        if (status != 0 && status != 1) {
            throw new IllegalStateException(
                "corsproof ended with status " + status + ": " + String.join(" ", command) + "\n" + Files.readString(said));
        }
        var report = JSON.fromJson(Files.readString(file), Report.class);
        if (report.version != Report.VERSION) {
            throw new IllegalStateException(report.tool + " writes version " + report.version
                + " of the report, and corsproof-junit reads " + Report.VERSION + ": update the older one");
        }
        return new Run(status, Files.readString(said).strip(), report, options.strict);
    }

    /** JSON is YAML. */
    private static String write(Path file, Object value) throws IOException {
        return Files.writeString(file, JSON.toJson(value)).toString();
    }

    private static int start(List<String> command, Path said) throws InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD) // the page, which says what the report has
                .redirectError(said.toFile())
                .start();
        } catch (IOException e) {
            throw new IllegalStateException("the program corsproof could not be started: " + e.getMessage()
                + ". Put it on the PATH, or name it in the variable CORSPROOF_BINARY or the system property corsproof.binary", e);
        }
        try {
            return process.waitFor();
        } finally {
            process.destroy();
        }
    }

    /** A test for each cause, for each check that could not be carried out, and for the run as a whole. */
    Stream<DynamicTest> findings() {
        var tests = new ArrayList<DynamicTest>();
        for (var finding : report.findings) {
            tests.add(dynamicTest(finding.title, () -> judge(finding)));
        }
        for (var row : report.results) {
            if (row.verdict.equals("error")) {
                tests.add(dynamicTest(row.id, () -> fail(row.title + ": " + row.reason)));
            }
        }
        boolean told = report.findings.stream().anyMatch(f -> f.breaks(strict)) || tests.size() > report.findings.size();
        tests.add(dynamicTest("run", () -> whole(told)));
        return tests.stream();
    }

    private void judge(Report.Finding finding) {
        if (finding.known != null) {
            abort("known: " + finding.known);
        }
        if (finding.breaks(strict)) {
            fail(finding.text());
        }
        System.out.println("warning: " + finding.text());
    }

    /** What no other test says. */
    private void whole(boolean told) {
        if (!report.baseline.stale.isEmpty()) {
            fail(String.join("\n", report.baseline.stale));
        }
        if (status != 0 && !told) {
            fail("corsproof ended with status " + status + "\n" + said);
        }
    }

    /** A test for each group of checks. */
    Stream<DynamicTest> groups() {
        return report.results.stream()
            .collect(groupingBy(row -> row.group, LinkedHashMap::new, java.util.stream.Collectors.toList()))
            .entrySet().stream()
            .map(group -> dynamicTest(group.getKey(), () -> passed(group.getValue())));
    }

    private static void passed(List<Report.Row> rows) {
        if (rows.stream().allMatch(row -> !row.unpassed().isEmpty())) {
            abort(rows.stream().collect(groupingBy(Report.Row::unpassed, LinkedHashMap::new, counting())).entrySet().stream()
                .map(reason -> reason.getValue() + " x " + reason.getKey())
                .collect(joining("; ")));
        }
    }
}
