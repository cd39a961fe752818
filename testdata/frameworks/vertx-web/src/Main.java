import contract.App;
import contract.Policy;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.CorsHandler;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The adapter of Vert.x Web's CorsHandler: a sub-router for each policy. */
public final class Main {
  public static void main(String[] args) throws Exception {
    Vertx vertx = Vertx.vertx();
    Router root = Router.router(vertx);
    root.route().handler(context -> {
      context.response().headers().add(HttpHeaders.VARY, "Accept-Encoding");
      context.next();
    });
    for (Policy policy : Policy.all()) {
      Router router = Router.router(vertx);
      try {
        router.route().handler(cors(policy));
        application(router);
      } catch (RuntimeException e) {
        String message = Policy.message(e);
        router.route().handler(context -> context.response().setStatusCode(501).putHeader("X-Refused", message).end());
      }
      root.route("/" + policy.mount() + "/*").subRouter(router);
    }
    var options = new HttpServerOptions().setHost("127.0.0.1").setPort(Policy.port());
    vertx.createHttpServer(options).requestHandler(root).listen().onFailure(e -> {
      e.printStackTrace();
      vertx.close();
    });
  }

  private static CorsHandler cors(Policy p) {
    CorsHandler cors = CorsHandler.create();
    if (p.zeroConfig) {
      return cors;
    }
    cors.addOrigins(p.origins);
    if (!p.originRegexes.isEmpty()) {
      cors.addOriginsWithRegex(p.originRegexes);
    }
    // What is not called stays as it is: no methods, an echo of the headers that are asked for, nothing exposed.
    if (!p.methods.isEmpty()) {
      cors.allowedMethods(p.methods.stream().map(HttpMethod::valueOf).collect(Collectors.toSet()));
    }
    if (!Policy.any(p.requestHeaders)) {
      cors.allowedHeaders(Set.copyOf(p.headersOrAccept()));
    }
    if (!p.exposeHeaders.isEmpty()) {
      cors.exposedHeaders(Set.copyOf(p.exposeHeaders));
    }
    if (p.maxAge != null) {
      cors.maxAgeSeconds(p.maxAge);
    }
    return cors.allowCredentials(p.credentials).allowPrivateNetwork(p.privateNetwork);
  }

  private static void application(Router router) {
    for (App.Route route : App.routes()) {
      Route where = router.route(route.path());
      App.ALL.stream().filter(route::has).map(HttpMethod::valueOf).forEach(where::method);
      where.handler(BodyHandler.create(false));
      where.handler(context -> write(context.response(), route.answer(ask(context))));
    }
  }

  private static App.Ask ask(RoutingContext context) {
    var request = context.request();
    List<List<String>> headers = request.headers().entries().stream().map(e -> List.of(e.getKey(), e.getValue())).toList();
    String body = context.body().asString() == null ? "" : context.body().asString();
    return new App.Ask(request.method().name(), request.query() == null ? "" : request.query(), headers, body);
  }

  private static void write(HttpServerResponse response, App.Answer answer) {
    response.setStatusCode(answer.status());
    for (App.Field field : answer.fields()) {
      if (field.add()) {
        response.headers().add(field.name(), field.value());
      } else {
        response.headers().set(field.name(), field.value());
      }
    }
    List<String> chunks = answer.chunks();
    if (chunks.size() > 1) {
      response.setChunked(true);
      chunks.subList(0, chunks.size() - 1).forEach(response::write);
    }
    response.end(chunks.isEmpty() ? Buffer.buffer() : Buffer.buffer(chunks.get(chunks.size() - 1)));
  }
}
