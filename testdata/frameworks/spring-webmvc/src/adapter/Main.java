package adapter;

import contract.App;
import contract.Outermost;
import contract.Policy;
import contract.RouteServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.util.ClassUtils;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.servlet.config.annotation.CorsRegistration;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** The adapter of Spring MVC's CORS support, in Spring Boot: a mapping of the global configuration for each policy. */
@SpringBootApplication
public class Main implements WebMvcConfigurer {
  private static final Method SERVE =
      ClassUtils.getMethod(Handler.class, "serve", HttpServletRequest.class, HttpServletResponse.class);

  private final List<Policy> policies = Policy.all();
  private final Map<String, String> refused = new HashMap<>();

  public Main() throws IOException {}

  public static void main(String[] args) {
    var application = new SpringApplication(Main.class);
    application.setDefaultProperties(Map.of("server.address", "127.0.0.1", "server.port", Policy.port()));
    application.run();
  }

  @Override
  public void addCorsMappings(CorsRegistry registry) {
    for (Policy policy : policies) {
      try {
        // Spring refuses when it is asked something, with these checks.
        var tried = new Mapping(policy).configuration();
        tried.validateAllowCredentials();
        tried.validateAllowPrivateNetwork();
        configure(registry.addMapping("/" + policy.mount() + "/**"), policy);
      } catch (IllegalArgumentException e) {
        refused.put(policy.mount(), Policy.message(e));
      }
    }
  }

  static void configure(CorsRegistration mapping, Policy p) {
    if (p.zeroConfig) {
      return;
    }
    if (p.originPatterns.isEmpty()) {
      mapping.allowedOrigins(p.origins.toArray(String[]::new));
    } else {
      // Any port is written [*].
      mapping.allowedOriginPatterns(
          p.originPatterns.stream().map(pattern -> pattern.replaceFirst(":\\*$", ":[*]")).toArray(String[]::new));
    }
    mapping.allowedMethods(p.methods.toArray(String[]::new));
    mapping.allowedHeaders(p.requestHeaders.toArray(String[]::new));
    mapping.exposedHeaders(p.exposeHeaders.toArray(String[]::new));
    mapping.allowCredentials(p.credentials);
    mapping.allowPrivateNetwork(p.privateNetwork);
    if (p.maxAge != null) {
      mapping.maxAge(p.maxAge);
    }
  }

  @Bean
  FilterRegistrationBean<Outermost> outermost() {
    var bean = new FilterRegistrationBean<>(new Outermost(refused));
    bean.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return bean;
  }

  /** The mappings are registered one by one, as the documentation shows, before the server starts. */
  @Bean
  SmartInitializingSingleton routes(@Qualifier("requestMappingHandlerMapping") RequestMappingHandlerMapping mapping) {
    return () -> {
      for (Policy policy : policies) {
        App.routes().forEach(route -> map(mapping, "/" + policy.mount() + route.path(), route));
      }
    };
  }

  private static void map(RequestMappingHandlerMapping mapping, String path, App.Route route) {
    // CHICKEN is no RequestMethod; a mapping without methods has all but OPTIONS.
    RequestMethod[] methods =
        route.methods().stream().map(RequestMethod::resolve).filter(Objects::nonNull).toArray(RequestMethod[]::new);
    var info = RequestMappingInfo.paths(path).methods(methods).options(mapping.getBuilderConfiguration()).build();
    mapping.registerMapping(info, new Handler(route), SERVE);
  }

  /** What a handler method of a controller does. */
  public record Handler(App.Route route) {
    public void serve(HttpServletRequest request, HttpServletResponse response) throws IOException {
      RouteServlet.serve(route, request, response);
    }
  }

  /** A mapping whose configuration can be looked at. */
  private static final class Mapping extends CorsRegistration {
    Mapping(Policy policy) {
      super("/**");
      configure(this, policy);
    }

    CorsConfiguration configuration() {
      return getCorsConfiguration();
    }
  }
}
