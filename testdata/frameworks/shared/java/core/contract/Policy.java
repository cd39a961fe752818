package contract;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One policy of the file that CORSPROOF_POLICIES names. The fields are explained where the suite defines them
 * (cases/policy.go); a list that the file leaves out is empty.
 */
public final class Policy {
  public String name;
  /** See mount. */
  private String path = "";
  public List<String> origins = List.of();
  public List<String> originPatterns = List.of();
  public List<String> originRegexes = List.of();
  public boolean credentials;
  public List<String> methods = List.of();
  public List<String> requestHeaders = List.of();
  public List<String> exposeHeaders = List.of();
  /** Seconds; null: not configured. */
  public Integer maxAge;
  public boolean privateNetwork;
  /** Who may read resource timing: Timing-Allow-Origin. */
  public List<String> timingOrigins = List.of();
  /** The framework's own defaults, nothing else. */
  public boolean zeroConfig;

  /** The first segment of the policy's paths: path, or name without one. */
  public String mount() {
    return path.isEmpty() ? name : path;
  }

  /**
   * The methods, or only the safelisted GET when there are none: for frameworks where the empty list is no list but a
   * default, or where it takes away GET too.
   */
  public List<String> methodsOrGet() {
    return methods.isEmpty() ? List.of("GET") : methods;
  }

  /** The request headers, or only the safelisted Accept when there are none: for frameworks where the empty list is no list but an echo. */
  public List<String> headersOrAccept() {
    return requestHeaders.isEmpty() ? List.of("Accept") : requestHeaders;
  }

  public static boolean any(List<String> list) {
    return list.equals(List.of("*"));
  }

  /** Reads the file that CORSPROOF_POLICIES names. */
  public static List<Policy> all() throws IOException {
    String json = Files.readString(Path.of(System.getenv("CORSPROOF_POLICIES")));
    var gson = new GsonBuilder().setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES).create();
    return List.of(gson.fromJson(json, Policy[].class));
  }

  /** The port that the harness asks for. */
  public static int port() {
    return Integer.parseInt(System.getenv("PORT"));
  }

  /** A refusal as the value of X-Refused: one line of ASCII. */
  public static String message(Throwable refusal) {
    String text = refusal.getMessage() == null ? refusal.toString() : refusal.getMessage();
    return text.strip().replaceAll("\\s+", " ").replaceAll("[^ -~]", "?");
  }
}
