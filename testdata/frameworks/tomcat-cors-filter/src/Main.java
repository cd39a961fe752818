import contract.App;
import contract.Outermost;
import contract.Policy;
import contract.RouteServlet;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.nio.file.Files;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import org.apache.catalina.Context;
import org.apache.catalina.filters.CorsFilter;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;

/** The adapter of Tomcat's CorsFilter: a filter for each policy, mapped to its paths as web.xml maps one. */
public final class Main {
  public static void main(String[] args) throws Exception {
    var tomcat = new Tomcat();
    tomcat.setBaseDir(Files.createTempDirectory("tomcat").toString());
    tomcat.setHostname("127.0.0.1");
    tomcat.setPort(Policy.port());
    tomcat.getConnector().setProperty("address", "127.0.0.1");
    Context context = tomcat.addContext("", null);
    var refused = new HashMap<String, String>();
    filter(context, "/*", new Outermost(refused), Map.of());
    for (Policy policy : Policy.all()) {
      String path = "/" + policy.mount();
      Map<String, String> parameters = parameters(policy);
      try {
        new CorsFilter().init(new Parameters(parameters));
        filter(context, path + "/*", new CorsFilter(), parameters);
      } catch (ServletException e) {
        refused.put(policy.mount(), Policy.message(e));
      }
      for (App.Route route : App.routes()) {
        Tomcat.addServlet(context, path + route.path(), new RouteServlet(route));
        context.addServletMappingDecoded(path + route.path(), path + route.path());
      }
    }
    // What no route takes is the container's default servlet's, as always.
    Tomcat.addServlet(context, "default", "org.apache.catalina.servlets.DefaultServlet");
    context.addServletMappingDecoded("/", "default");
    tomcat.start();
    tomcat.getServer().await();
  }

  /** The init parameters, as web.xml would have them. */
  private static Map<String, String> parameters(Policy p) {
    if (p.zeroConfig) {
      return Map.of();
    }
    var parameters = new HashMap<String, String>();
    parameters.put(CorsFilter.PARAM_CORS_ALLOWED_ORIGINS, String.join(",", p.origins));
    parameters.put(CorsFilter.PARAM_CORS_ALLOWED_METHODS, String.join(",", p.methodsOrGet()));
    parameters.put(CorsFilter.PARAM_CORS_ALLOWED_HEADERS, String.join(",", p.requestHeaders));
    parameters.put(CorsFilter.PARAM_CORS_EXPOSED_HEADERS, String.join(",", p.exposeHeaders));
    parameters.put(CorsFilter.PARAM_CORS_SUPPORT_CREDENTIALS, String.valueOf(p.credentials));
    if (p.maxAge != null) {
      parameters.put(CorsFilter.PARAM_CORS_PREFLIGHT_MAXAGE, String.valueOf(p.maxAge));
    }
    return parameters;
  }

  /** Adds a filter, named by the URL pattern that it is mapped to. */
  private static void filter(Context context, String pattern, Filter filter, Map<String, String> parameters) {
    var definition = new FilterDef();
    definition.setFilterName(pattern);
    definition.setFilter(filter);
    parameters.forEach(definition::addInitParameter);
    context.addFilterDef(definition);
    var mapping = new FilterMap();
    mapping.setFilterName(pattern);
    mapping.addURLPattern(pattern);
    context.addFilterMap(mapping);
  }

  /** Init parameters without a container: a filter that refuses them in one only fails the start of its context. */
  private record Parameters(Map<String, String> values) implements FilterConfig {
    @Override
    public String getFilterName() {
      return "cors";
    }

    @Override
    public ServletContext getServletContext() {
      return null;
    }

    @Override
    public String getInitParameter(String name) {
      return values.get(name);
    }

    @Override
    public Enumeration<String> getInitParameterNames() {
      return Collections.enumeration(values.keySet());
    }
  }
}
