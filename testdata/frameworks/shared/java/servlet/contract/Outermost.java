package contract;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;

/**
 * The filter outside of everything: it announces a variation of its own, which the CORS layers inside must not lose, and
 * answers for the policies that the framework would not take.
 */
public final class Outermost extends HttpFilter {
  private final Map<String, String> refused;

  /** refused has the framework's message for each policy that it refuses. */
  public Outermost(Map<String, String> refused) {
    this.refused = refused;
  }

  @Override
  protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    response.addHeader("Vary", "Accept-Encoding");
    String message = refused.get(request.getRequestURI().split("/", 3)[1]);
    if (message == null) {
      chain.doFilter(request, response);
    } else {
      response.setHeader("X-Refused", message);
      response.setStatus(HttpServletResponse.SC_NOT_IMPLEMENTED);
    }
  }
}
