package io.github.corsproof.junit;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;

/**
 * Holds a server to its CORS policy, in a {@code @TestFactory}:
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicNode> cors() {
 *     return Corsproof.url("http://127.0.0.1:" + port + "/items")
 *         .policy(Policy.named("api").origins("https://app.example.com").methods("PUT"))
 *         .tests();
 * }
 * }</pre>
 *
 * <p>The container {@code findings} has a test for each cause of what is wrong, which fails if the server fails by it, and one
 * for the run as a whole; {@code groups} has a test for each group of checks, which passes if something in it did and
 * is aborted with the reason otherwise.
 */
public final class Corsproof {
    final List<String> target;
    final List<String> flags = new ArrayList<>();
    final Map<String, String> known = new LinkedHashMap<>();
    Policy policy;
    boolean strict;
    private String binary = "";

    private Corsproof(String... target) {
        this.target = new ArrayList<>(List.of(target));
    }

    /**
     * A server that is running. With a policy it is the URL of the endpoint itself; without one the server serves the contract,
     * every standard policy.
     */
    public static Corsproof url(String url) {
        return new Corsproof(url).args("--browser", "none");
    }

    /** A project file, {@code corsproof.yaml}: each endpoint is held to its policy. */
    public static Corsproof project(Path file) {
        return new Corsproof("--project", file.toString());
    }

    /** What the endpoint is meant to allow. */
    public Corsproof policy(Policy policy) {
        this.policy = Objects.requireNonNull(policy);
        return this;
    }

    /** What the endpoint is meant to allow, as a policy file. */
    public Corsproof policy(Path file) {
        return args("--policy", file.toString());
    }

    /** The path of the endpoint; by default what the URL says. */
    public Corsproof path(String path) {
        target.replaceAll(url -> url.startsWith("--") ? url : URI.create(url).resolve(path).toString());
        return this;
    }

    /** Runs only checks that one of the globs matches: CASE, CASE/POLICY, GROUP or GROUP/CASE. */
    public Corsproof focus(String... globs) {
        return each("--focus", globs);
    }

    /** Leaves out the checks that one of the globs matches. */
    public Corsproof skip(String... globs) {
        return each("--skip", globs);
    }

    /** A failure that is known and stays: a cause, or a glob of checks, with the reason. One that passes after all fails. */
    public Corsproof known(String id, String reason) {
        known.put(id, reason);
        return this;
    }

    /** Lets Chrome perform the requests beside the model, too: {@code chrome}, or {@code auto} if there is one. By default {@code none}. */
    public Corsproof browser(String browser) {
        return args("--browser", browser);
    }

    /** Adds a folder with case files to the table. */
    public Corsproof cases(Path folder) {
        return args("--cases", folder.toString());
    }

    /** Bounds a single request; by default 10 seconds. */
    public Corsproof timeout(Duration timeout) {
        return args("--timeout", timeout.toMillis() + "ms");
    }

    /** Warnings fail, and what is undecided. */
    public Corsproof strict() {
        strict = true;
        return args("--strict");
    }

    /** Adds flags of {@code corsproof run}, such as {@code "--bearer-env", "TOKEN"}. */
    public Corsproof args(String... more) {
        flags.addAll(List.of(more));
        return this;
    }

    /**
     * The program; by default that of the system property {@code corsproof.binary}, of the variable CORSPROOF_BINARY, or of
     * PATH.
     */
    public Corsproof binary(String path) {
        binary = path;
        return this;
    }

    /**
     * Runs the table and gives what came of it as tests.
     *
     * @throws IllegalStateException if there is no verdict: the program is missing, was called wrongly, or did not reach the
     *     server
     */
    public Stream<DynamicNode> tests() {
        var run = Run.of(program(), this);
        return Stream.of(dynamicContainer("findings", run.findings()), dynamicContainer("groups", run.groups()));
    }

    private String program() {
        return Stream.of(binary, System.getProperty("corsproof.binary"), System.getenv("CORSPROOF_BINARY"))
            .filter(name -> name != null && !name.isEmpty())
            .findFirst()
            .orElse("corsproof");
    }

    private Corsproof each(String flag, String... values) {
        for (var value : values) {
            args(flag, value);
        }
        return this;
    }
}
