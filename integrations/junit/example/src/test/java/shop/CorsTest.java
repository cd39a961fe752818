package shop;

import com.sun.net.httpserver.HttpServer;
import io.github.corsproof.junit.Corsproof;
import io.github.corsproof.junit.Policy;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

class CorsTest {
    static HttpServer server;

    @BeforeAll
    static void start() throws IOException {
        server = Shop.start(System.getProperty("server").equals("right"));
    }

    @AfterAll
    static void stop() {
        server.stop(0);
    }

    @TestFactory
    Stream<DynamicNode> cors() {
        return Corsproof.url("http://127.0.0.1:" + server.getAddress().getPort() + "/items")
            .policy(Policy.named("api")
                .origins("https://app.example.com")
                .methods("PUT")
                .requestHeaders("Content-Type"))
            .tests();
    }
}
