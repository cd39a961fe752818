import contract.App;
import contract.Policy;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.util.List;

/** The contract's handlers, on the router that Quarkus hands out. */
@ApplicationScoped
public class Application {
  /** Before the CORS filter, whose priority is 300. */
  private static final int OUTERMOST = 400;

  void filters(@Observes Filters filters) {
    filters.register(context -> {
      context.response().headers().add(HttpHeaders.VARY, "Accept-Encoding");
      context.next();
    }, OUTERMOST);
  }

  void routes(@Observes Router router) throws IOException {
    String below = "/" + Policy.all().get(0).mount();
    for (App.Route route : App.routes()) {
      Route where = router.route(below + route.path());
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
