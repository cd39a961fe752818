package contract;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A route as a servlet. A method that the route has not is left to HttpServlet, as with a servlet that has no doGet. */
public final class RouteServlet extends HttpServlet {
  private final App.Route route;

  public RouteServlet(App.Route route) {
    this.route = route;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
    if (route.has(request.getMethod())) {
      serve(route, request, response);
    } else {
      super.service(request, response);
    }
  }

  /** Answers by the means of the servlet API. */
  public static void serve(App.Route route, HttpServletRequest request, HttpServletResponse response) throws IOException {
    var headers = new ArrayList<List<String>>();
    for (String name : Collections.list(request.getHeaderNames())) {
      for (String value : Collections.list(request.getHeaders(name))) {
        headers.add(List.of(name, value));
      }
    }
    String body = new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String query = request.getQueryString() == null ? "" : request.getQueryString();
    App.Answer answer = route.answer(new App.Ask(request.getMethod(), query, headers, body));
    response.setStatus(answer.status());
    for (App.Field field : answer.fields()) {
      if (field.add()) {
        response.addHeader(field.name(), field.value());
      } else {
        response.setHeader(field.name(), field.value());
      }
    }
    for (int i = 0; i < answer.chunks().size(); i++) {
      if (i > 0) {
        response.flushBuffer();
      }
      response.getOutputStream().write(answer.chunks().get(i).getBytes(StandardCharsets.UTF_8));
    }
  }
}
