package io.github.corsproof.junit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an endpoint is meant to allow. A part that is left out is held to be not allowed; {@link #maxAge} and
 * {@link #timingOrigins} are not judged if left out. Each method gives a new policy.
 */
public final class Policy {
    final Map<String, Object> fields;

    private Policy(Map<String, Object> fields) {
        this.fields = fields;
    }

    /** A policy that allows nothing yet. Its name occurs in the ids of checks: small letters, digits and hyphens. */
    public static Policy named(String name) {
        return new Policy(Map.of("name", name));
    }

    /** What the policy is, for people. */
    public Policy doc(String text) {
        return with("doc", text);
    }

    /** Allowed origins, as browsers send them, or {@code *} alone. */
    public Policy origins(String... origins) {
        return with("origins", List.of(origins));
    }

    /** {@code https://*.example.com} is any subdomain, {@code http://localhost:*} any port. */
    public Policy originPatterns(String... patterns) {
        return with("origin_patterns", List.of(patterns));
    }

    /** Regular expressions of whole origins, without anchors. */
    public Policy originRegexes(String... regexes) {
        return with("origin_regexes", List.of(regexes));
    }

    /** Requests with credentials are allowed. */
    public Policy credentials() {
        return with("credentials", true);
    }

    /** Allowed methods besides GET, HEAD and POST. */
    public Policy methods(String... methods) {
        return with("methods", List.of(methods));
    }

    /** Allowed request headers. */
    public Policy requestHeaders(String... names) {
        return with("request_headers", List.of(names));
    }

    /** Response headers that scripts may read. */
    public Policy exposeHeaders(String... names) {
        return with("expose_headers", List.of(names));
    }

    /** For how many seconds a preflight may be cached. */
    public Policy maxAge(int seconds) {
        return with("max_age", seconds);
    }

    /** Preflights for a private network are granted. */
    public Policy privateNetwork() {
        return with("private_network", true);
    }

    /** Who may read the times of loads. */
    public Policy timingOrigins(String... origins) {
        return with("timing_origins", List.of(origins));
    }

    private Policy with(String name, Object value) {
        var more = new LinkedHashMap<>(fields);
        more.put(name, value);
        return new Policy(more);
    }
}
