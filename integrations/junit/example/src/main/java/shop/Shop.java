package shop;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/** A shop with one endpoint, /items. */
public final class Shop {
    /** Starts it on a loopback port; right, or with two mistakes in its CORS. */
    public static HttpServer start(boolean right) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/items", exchange -> {
            if (right) {
                right(exchange);
            } else {
                broken(exchange);
            }
            exchange.sendResponseHeaders(exchange.getRequestMethod().equals("OPTIONS") ? 204 : 200, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static void right(HttpExchange exchange) {
        var headers = exchange.getResponseHeaders();
        headers.set("Vary", "Origin");
        if (!"https://app.example.com".equals(exchange.getRequestHeaders().getFirst("Origin"))) {
            return;
        }
        headers.set("Access-Control-Allow-Origin", "https://app.example.com");
        if (exchange.getRequestMethod().equals("OPTIONS")) {
            headers.set("Access-Control-Allow-Methods", "PUT");
            headers.set("Access-Control-Allow-Headers", "Content-Type");
        }
    }

    /** Whoever asks is allowed, and Content-Type, which a PUT of JSON needs, is forgotten. */
    private static void broken(HttpExchange exchange) {
        var headers = exchange.getResponseHeaders();
        var origin = exchange.getRequestHeaders().getFirst("Origin");
        headers.set("Vary", "Origin");
        headers.set("Access-Control-Allow-Origin", origin == null ? "*" : origin);
        if (exchange.getRequestMethod().equals("OPTIONS")) {
            headers.set("Access-Control-Allow-Methods", "PUT");
        }
    }

    private Shop() {}
}
