import contract.Policy;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.ArrayList;
import java.util.List;

/** The adapter of Quarkus' CORS filter. Its settings are a process's: one policy for each. */
@QuarkusMain
public final class Main {
  public static void main(String[] args) throws Exception {
    System.setProperty("quarkus.http.host", "127.0.0.1");
    System.setProperty("quarkus.http.port", String.valueOf(Policy.port()));
    Policy policy = Policy.all().get(0);
    if (!policy.zeroConfig) {
      configure(policy);
    }
    Quarkus.run(null, Main::ended, args);
  }

  private static void configure(Policy p) {
    List<String> origins = new ArrayList<>(p.origins);
    p.originRegexes.forEach(regex -> origins.add("/" + regex.replace("\\", "\\\\") + "/"));
    set("quarkus.http.cors.origins", origins);
    if (!Policy.any(p.methods)) {
      set("quarkus.http.cors.methods", methods(p));
    }
    if (!Policy.any(p.requestHeaders)) {
      set("quarkus.http.cors.headers", p.headersOrAccept());
    }
    set("quarkus.http.cors.exposed-headers", p.exposeHeaders);
    set("quarkus.http.cors.access-control-allow-credentials", List.of(String.valueOf(p.credentials)));
    if (p.maxAge != null) {
      set("quarkus.http.cors.access-control-max-age", List.of(String.valueOf(p.maxAge)));
    }
  }

  /** The list is of what is let through at all, so that it has the safelisted ones, which a policy does not name. */
  private static List<String> methods(Policy p) {
    var all = new ArrayList<>(List.of("GET", "HEAD", "POST"));
    p.methods.stream().filter(method -> !all.contains(method)).forEach(all::add);
    return all;
  }

  private static void set(String option, List<String> values) {
    if (!values.isEmpty()) {
      System.setProperty(option, String.join(",", values));
    }
  }

  private static void ended(int code, Throwable cause) {
    if (cause != null) {
      System.err.println("refused: " + Policy.message(cause));
    }
    System.exit(cause == null ? code : 1);
  }
}
