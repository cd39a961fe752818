import contract.App;
import contract.Policy;
import contract.RouteServlet;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.eclipse.jetty.server.handler.CrossOriginHandler;
import org.eclipse.jetty.util.Callback;

/** The adapter of Jetty's CrossOriginHandler: a context for each policy, with servlets behind it. */
public final class Main {
  public static void main(String[] args) throws Exception {
    var contexts = new ContextHandlerCollection();
    for (Policy policy : Policy.all()) {
      contexts.addHandler(handler(policy));
    }
    var server = new Server(new InetSocketAddress("127.0.0.1", Policy.port()));
    server.setHandler(new Handler.Wrapper(contexts) {
      @Override
      public boolean handle(Request request, Response response, Callback callback) throws Exception {
        response.getHeaders().add(HttpHeader.VARY, "Accept-Encoding");
        return super.handle(request, response, callback);
      }
    });
    server.start();
    server.join();
  }

  private static Handler handler(Policy policy) {
    try {
      CrossOriginHandler cors = cors(policy);
      cors.setHandler(application("/" + policy.mount()));
      return cors;
    } catch (RuntimeException e) {
      String message = Policy.message(e);
      return new ContextHandler(new Handler.Abstract() {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
          response.setStatus(501);
          response.getHeaders().put("X-Refused", message);
          callback.succeeded();
          return true;
        }
      }, "/" + policy.mount());
    }
  }

  private static CrossOriginHandler cors(Policy p) {
    var cors = new CrossOriginHandler();
    if (p.zeroConfig) {
      return cors;
    }
    cors.setAllowedOriginPatterns(patterns(p.origins, p.originRegexes));
    cors.setAllowedTimingOriginPatterns(patterns(p.timingOrigins, List.of()));
    cors.setAllowedMethods(new HashSet<>(p.methods));
    cors.setAllowedHeaders(new HashSet<>(p.requestHeaders));
    cors.setExposedHeaders(new HashSet<>(p.exposeHeaders));
    cors.setAllowCredentials(p.credentials);
    if (p.maxAge != null) {
      cors.setPreflightMaxAge(Duration.ofSeconds(p.maxAge));
    }
    return cors;
  }

  /**
   * The set holds regular expressions, so that an origin must be quoted; the documentation escapes the dots. An
   * expression is matched with the whole origin, and the documentation's own has no anchors.
   */
  private static Set<String> patterns(List<String> origins, List<String> expressions) {
    if (Policy.any(origins)) {
      return Set.of("*");
    }
    var patterns = origins.stream().map(origin -> origin.replaceAll("[.\\[\\]]", "\\\\$0")).collect(Collectors.toSet());
    patterns.addAll(expressions);
    return patterns;
  }

  private static Handler application(String path) {
    var application = new ServletContextHandler(path);
    for (App.Route route : App.routes()) {
      application.addServlet(new ServletHolder(new RouteServlet(route)), route.path());
    }
    return application;
  }
}
