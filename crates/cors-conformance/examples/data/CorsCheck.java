// Decides the plain agent cases by the CORS check of the Fetch standard, and compares:
// cargo xtask vectors release
// java -cp gson.jar CorsCheck.java target/vectors/cors-conformance-agent-cases.json
import com.google.gson.Gson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

class CorsCheck {
    record Cases(List<Case> cases) {}
    record Case(String id, List<String> flags, List<Fetch> fetches, List<Answer> server, Expect expect) {}
    record Fetch(String credentials) {}
    record Answer(String on, int status, List<List<String>> headers) {}
    record Expect(List<Request> requests, List<Outcome> outcomes) {}
    record Request(String kind, String origin, String request_method, String request_headers) {}
    record Outcome(String error) {}

    /** The values of Access-Control-Allow-NAME, joined. Origins are called by their places. */
    static String value(Answer answer, String name, String origin) {
        return answer.headers().stream()
            .filter(line -> line.get(0).equalsIgnoreCase("access-control-allow-" + name))
            .map(line -> line.get(1).replace("{origin}", origin).replaceAll("\\{(page|cross|third)}", "$1"))
            .map(value -> value.replaceAll("^[\t\n\r ]+|[\t\n\r ]+$", ""))
            .collect(Collectors.joining(", "));
    }

    /** Whether a list can be read, and has each of the names or a star that stands for it. */
    static boolean lists(String list, boolean star, String... names) {
        List<String> elements = Arrays.asList(list.replaceAll("^[\t ]+|[\t ]+$", "").split("[\t ]*,[\t ]*"));
        boolean every = star && elements.contains("*");
        return elements.stream().allMatch(element -> element.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]*"))
            && Arrays.stream(names).allMatch(name -> name.isEmpty() || elements.contains(name)
                || every && !name.equals("authorization"));
    }

    static boolean passes(Answer answer, Request request, boolean star) {
        String origin = value(answer, "origin", request.origin());
        boolean granted = star || value(answer, "credentials", "").equals("true");
        if (!(star && origin.equals("*")) && !(granted && origin.equals(request.origin()))) {
            return false;
        }
        if (request.kind().equals("actual")) {
            return true;
        }
        String methods = value(answer, "methods", "") + ",GET,HEAD,POST";
        String names = value(answer, "headers", "").toLowerCase(Locale.ROOT);
        String asked = request.request_headers() == null ? "" : request.request_headers();
        return answer.status() / 100 == 2 && lists(methods, star, request.request_method())
            && lists(names, star, asked.split(","));
    }

    /** The kind of error that the case ends with, or nothing. */
    static String decide(Case one) {
        for (Request request : one.expect().requests()) {
            Answer answer = one.server().stream()
                .filter(found -> List.of("any", request.kind()).contains(found.on()))
                .findFirst().orElse(new Answer("any", 200, List.of()));
            if (!passes(answer, request, !one.fetches().get(0).credentials().equals("include"))) {
                return request.kind().equals("actual") ? "cors-check" : "preflight";
            }
        }
        return null;
    }

    static boolean isRight(Case one) {
        return Objects.equals(decide(one), one.expect().outcomes().get(0).error());
    }

    public static void main(String[] arguments) throws Exception {
        List<Case> all = new Gson().fromJson(Files.readString(Path.of(arguments[0])), Cases.class).cases();
        List<Case> plain = all.stream().filter(one -> one.flags().contains("plain")).toList();
        List<Case> wrong = plain.stream().filter(one -> !isRight(one)).toList();
        wrong.forEach(one -> System.out.println(one.id()));
        System.out.printf("%d passed, %d failed, %d skipped%n",
            plain.size() - wrong.size(), wrong.size(), all.size() - plain.size());
        System.exit(wrong.isEmpty() ? 0 : 1);
    }
}
