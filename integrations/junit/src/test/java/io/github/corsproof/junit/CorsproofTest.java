package io.github.corsproof.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** What is rare, with a program that only writes the report it is given; the example has the real one. */
class CorsproofTest {
    static final String ROW = """
        {"id": "a/p", "group": "vary", "title": "A", "verdict": "%s", "reason": "odd"%s}""";
    static final String FINDING = """
        {"id": "c", "title": "Cause c", "level": "%s", "severity": null, "side": "server", "explains": ["a/p"]%s}""";

    @TempDir
    Path folder;

    @Test
    void aMissingProgramSaysWhatToDo() {
        var cors = Corsproof.url("http://127.0.0.1:1").binary("no-such-program");
        var error = assertThrows(IllegalStateException.class, cors::tests);
        assertTrue(error.getMessage().contains("CORSPROOF_BINARY"), error.getMessage());
    }

    @Test
    void aRunWithoutAVerdictGivesNoTests() throws IOException {
        var error = assertThrows(IllegalStateException.class, () -> outcomes(program(3, "", "", "the target is not reachable")));
        assertTrue(error.getMessage().contains("status 3") && error.getMessage().contains("not reachable"), error.getMessage());
    }

    @Test
    void whatBreaksFailsAndWhatIsKnownIsAborted() throws IOException {
        assertEquals(Map.of("Cause c", "failed", "run", "passed", "vary", "aborted"),
            outcomes(program(1, FINDING.formatted("must", ""), ROW.formatted("fail", ""), "")));
        var known = ", \"known\": \"SHOP-1\"";
        assertEquals(Map.of("Cause c", "aborted", "run", "passed", "vary", "aborted"),
            outcomes(program(0, FINDING.formatted("must", known), ROW.formatted("fail", known), "")));
    }

    @Test
    void warningsFailIfStrict() throws IOException {
        assertEquals(Map.of("Cause c", "passed", "run", "passed", "vary", "passed"),
            outcomes(program(0, FINDING.formatted("practice", ""), ROW.formatted("warn", ""), "")));
        assertEquals(Map.of("Cause c", "failed", "run", "passed", "vary", "passed"),
            outcomes(program(1, FINDING.formatted("practice", ""), ROW.formatted("warn", ""), "").strict()));
    }

    @Test
    void aFailureIsNeverLost() throws IOException {
        assertEquals(Map.of("run", "failed", "vary", "passed"), outcomes(program(1, "", ROW.formatted("pass", ""), "something else")));
        assertEquals(Map.of("a/p", "failed", "run", "passed", "vary", "aborted"), outcomes(program(1, "", ROW.formatted("error", ""), "")));
        assertEquals(Map.of("run", "passed", "vary", "aborted"), outcomes(program(0, "", ROW.formatted("undecided", ""), "")));
    }

    private Corsproof program(int status, String findings, String rows, String said) throws IOException {
        var report = "{\"version\": 2, \"tool\": \"corsproof 9\", \"findings\": [" + findings + "], \"results\": [" + rows + "]}";
        var file = Files.writeString(folder.resolve("corsproof"), """
            #!/bin/sh
            for file; do :; done # the last argument
            cat > "$file" <<'EOF'
            %s
            EOF
            echo '%s' >&2
            exit %d
            """.formatted(report, said, status));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return Corsproof.url("http://127.0.0.1:1").binary(file.toString());
    }

    private static Map<String, String> outcomes(Corsproof cors) {
        var outcomes = new LinkedHashMap<String, String>();
        tests(cors.tests()).forEach(test -> outcomes.put(test.getDisplayName(), outcome(test)));
        return outcomes;
    }

    private static Stream<DynamicTest> tests(Stream<? extends DynamicNode> nodes) {
        return nodes.flatMap(node -> node instanceof DynamicContainer c ? tests(c.getChildren()) : Stream.of((DynamicTest) node));
    }

    private static String outcome(DynamicTest test) {
        try {
            test.getExecutable().execute();
            return "passed";
        } catch (TestAbortedException e) {
            return "aborted";
        } catch (AssertionFailedError e) {
            return "failed";
        } catch (Throwable e) {
            return e.toString();
        }
    }
}
