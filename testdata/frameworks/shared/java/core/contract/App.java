package contract;

import com.google.gson.Gson;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** The handlers of the contract (../../../README.md), written without any framework. */
public final class App {
  private App() {}

  /** What was asked, as the application sees it. The query is undecoded, "" without one. */
  public record Ask(String method, String query, List<List<String>> headers, String body) {
    /** The first value of a header, or null. */
    String header(String name) {
      return headers.stream().filter(h -> h.get(0).equalsIgnoreCase(name)).map(h -> h.get(1)).findFirst().orElse(null);
    }

    /** The query's parameters, in order. */
    List<Map.Entry<String, String>> parameters() {
      var all = new ArrayList<Map.Entry<String, String>>();
      for (String pair : query.split("&")) {
        String[] parts = pair.split("=", 2);
        all.add(Map.entry(decoded(parts[0]), parts.length < 2 ? "" : decoded(parts[1])));
      }
      return all;
    }

    private static String decoded(String text) {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    String key() {
      return parameters().stream().filter(p -> p.getKey().equals("key")).map(Map.Entry::getValue).findFirst().orElse("");
    }
  }

  /** What the application answers, before a framework writes it; between two chunks the response is flushed. */
  public record Answer(int status, List<Field> fields, List<String> chunks) {}

  /** A response header field, in the order of writing; add: another line, rather than in place of what is there. */
  public record Field(String name, String value, boolean add) {}

  /** One handler, as a router needs it. An empty list of methods is "all but OPTIONS". */
  public record Route(String path, List<String> methods, Function<Ask, Answer> handler) {
    /** Whether the route has a method. */
    public boolean has(String method) {
      return methods.isEmpty() ? !method.equals("OPTIONS") : methods.contains(method) || methods.contains("GET") && method.equals("HEAD");
    }

    /** Answers, or throws where the contract says so. */
    public Answer answer(Ask ask) {
      Answer answer = handler.apply(ask);
      var fields = new ArrayList<>(List.of(new Field("X-App", path.split("/")[1], false)));
      fields.addAll(answer.fields());
      return new Answer(answer.status(), fields, answer.chunks());
    }
  }

  /** "All", where a router wants the methods one by one: those of HTTP, and one that an application made up. */
  public static final List<String> ALL = List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "CHICKEN");

  /** Makes the handlers of one policy's application. */
  public static List<Route> routes() {
    List<String> most = List.of();
    var calls = new ConcurrentHashMap<String, Integer>();
    return List.of(
        new Route("/ok", most, ask -> text("ok", "X-Resp", "1", "X-Other", "2", "X-Hidden", "3")),
        new Route("/options", List.of("GET", "OPTIONS"), ask -> text("options", "Allow", "GET, OPTIONS")),
        new Route("/echo", most, App::echo),
        new Route("/respond", most, App::respond),
        new Route("/panic", List.of("GET"), ask -> {
          throw new IllegalStateException("the handler /panic throws");
        }),
        new Route("/count", ALL, ask -> {
          calls.merge(ask.key(), 1, Integer::sum);
          return text("counted");
        }),
        new Route("/count/read", List.of("GET"), ask -> text(calls.getOrDefault(ask.key(), 0).toString())),
        new Route("/secret", ALL, ask -> ask.header("Authorization") == null
            ? new Answer(401, List.of(new Field("WWW-Authenticate", "Bearer", false)), List.of())
            : text("secret")),
        new Route("/post-only", List.of("POST"), ask -> text("posted")),
        new Route("/stream", List.of("GET"), ask -> new Answer(200, text("").fields(), List.of("a", "b"))));
  }

  private static Answer text(String body, String... fields) {
    var all = new ArrayList<>(List.of(new Field("Content-Type", "text/plain", false)));
    for (int i = 0; i < fields.length; i += 2) {
      all.add(new Field(fields[i], fields[i + 1], false));
    }
    return new Answer(200, all, List.of(body));
  }

  private static Answer echo(Ask ask) {
    String json = new Gson().toJson(Map.of("method", ask.method(), "headers", ask.headers(), "body", ask.body()));
    return new Answer(200, List.of(new Field("Content-Type", "application/json", false)), List.of(json));
  }

  /** Does what the query says, in the query's order. */
  private static Answer respond(Ask ask) {
    int status = 200;
    String body = "";
    var fields = new ArrayList<Field>();
    for (var parameter : ask.parameters()) {
      String value = parameter.getValue();
      switch (parameter.getKey()) {
        case "status" -> status = value.matches("[0-9]{3}") ? Integer.parseInt(value) : 0;
        case "body" -> body = value;
        case "add", "set" -> {
          String[] field = value.split(":", 2);
          fields.add(new Field(field[0], field.length < 2 ? "" : field[1].strip(), parameter.getKey().equals("add")));
        }
        case "etag" -> {
          fields.add(new Field("ETag", value, false));
          String known = ask.header("If-None-Match");
          status = known != null && known.contains(value) ? 304 : status;
        }
        default -> { }
      }
    }
    if (status < 200 || status > 599) {
      return new Answer(400, List.of(), List.of("status must be a number from 200 to 599"));
    }
    boolean bodyless = body.isEmpty() || status == 204 || status == 304;
    return new Answer(status, fields, bodyless ? List.of() : List.of(body));
  }
}
