// A server with CORS in nothing but the JDK and Gson, for the suite to start:
//
//     cors-conformance --cmd 'java -cp gson.jar CorsServer.java'

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

class CorsServer {
    static final Pattern TOKEN = Pattern.compile("[!#$%&'+.^_`|~0-9A-Za-z-]+");
    static final Pattern ORIGIN = Pattern.compile("null|[a-z][a-z0-9+.-]*://(\\*\\.)?[a-z0-9_.:\\[\\]-]+");
    static final Map<String, Integer> STATUSES =
        Map.of("/resource", 200, "/missing", 404, "/error", 500, "/unauthorized", 401);
    static final AtomicLong CALLS = new AtomicLong();
    static final List<Pattern> ALLOWED = new ArrayList<>();
    static JsonObject policy;

    /** Ends before listening: the cases of this policy are then skipped, with the reason. */
    static void cannot(String reason) {
        System.out.println(reason);
        System.exit(64);
    }

    static boolean isAny(String field) {
        return policy.get(field).isJsonPrimitive();
    }

    static List<String> listed(String field) {
        if (isAny(field)) {
            return List.of();
        }
        return policy.getAsJsonArray(field).asList().stream().map(JsonElement::getAsString).toList();
    }

    static String names(String field, String star) {
        return isAny(field) ? star : String.join(", ", listed(field));
    }

    /** The header lines with which the policy is put into effect. */
    static void cors(HttpExchange exchange, boolean preflight) {
        Headers headers = exchange.getResponseHeaders();
        if (isAny("allow_origins")) {
            headers.set("Access-Control-Allow-Origin", "*");
        } else {
            headers.set("Vary", "Origin");
            String origin = String.join(", ", exchange.getRequestHeaders().getOrDefault("Origin", List.of()));
            if (ALLOWED.stream().noneMatch(known -> known.matcher(origin).matches())) {
                return;
            }
            headers.set("Access-Control-Allow-Origin", origin);
        }
        if (policy.get("allow_credentials").getAsBoolean()) {
            headers.set("Access-Control-Allow-Credentials", "true");
        }
        if (preflight) {
            // Never left out: behind an upload listener browsers take a missing list for leave.
            String methods = names("allow_methods", "*");
            headers.set("Access-Control-Allow-Methods", methods.isEmpty() ? "GET" : methods);
            setUnlessEmpty(headers, "Access-Control-Allow-Headers", names("allow_headers", "*, Authorization"));
            if (policy.has("max_age")) {
                headers.set("Access-Control-Max-Age", policy.get("max_age").getAsString());
            }
        } else {
            setUnlessEmpty(headers, "Access-Control-Expose-Headers", names("expose_headers", "*"));
        }
    }

    static void setUnlessEmpty(Headers headers, String name, String value) {
        if (!value.isEmpty()) { // an empty list says nothing
            headers.set(name, value);
        }
    }

    static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            Headers request = exchange.getRequestHeaders();
            boolean preflight = exchange.getRequestMethod().equals("OPTIONS") && request.containsKey("Origin")
                && request.containsKey("Access-Control-Request-Method");
            cors(exchange, preflight);
            if (preflight) {
                exchange.sendResponseHeaders(204, -1);
                return;
            }
            int status = STATUSES.getOrDefault(exchange.getRequestURI().getPath(), 404);
            exchange.getResponseHeaders().set("X-Calls", Long.toString(CALLS.incrementAndGet()));
            byte[] body = (status + "\n").getBytes(StandardCharsets.UTF_8);
            boolean isHead = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(status, isHead ? -1 : body.length);
            if (!isHead) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    public static void main(String[] arguments) throws IOException {
        String text = Files.readString(Path.of(System.getenv("CORS_POLICY")));
        policy = new Gson().fromJson(text, JsonObject.class);
        for (String field : List.of("allow_origins", "allow_methods", "allow_headers", "expose_headers")) {
            Pattern meant = field.equals("allow_origins") ? ORIGIN : TOKEN;
            for (String entry : listed(field)) {
                if (!meant.matcher(entry).matches()) {
                    cannot(field + ": " + new Gson().toJson(entry) + " makes no sense");
                }
            }
            if (isAny(field) && policy.get("allow_credentials").getAsBoolean()) {
                cannot("with credentials a star means nothing, so everything has to be listed");
            }
        }
        // `https://*.trusted.example`: one or more labels in place of the star.
        for (String origin : listed("allow_origins")) {
            String quoted = origin.replaceAll("[.+\\[\\]]", "\\\\$0");
            ALLOWED.add(Pattern.compile(quoted.replace("*", "[a-z0-9_-]+(\\.[a-z0-9_-]+)*")));
        }
        System.out.println("endpoints: missing error unauthorized");
        int port = Integer.parseInt(System.getenv("PORT"));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.createContext("/", CorsServer::answer);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
    }
}
