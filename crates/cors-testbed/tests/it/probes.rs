//! Requests that between them show each fault, and what a browser makes of the answers.

use cors_testbed::Server;
use cors_testbed::reply::{Chunked, Reply};
use cors_vectors::policy::Policy;

use crate::common::{A, EVIL, ask, lines};

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Probe {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// What came back, as far as it can be compared; `None` for a hang-up.
pub(crate) type Seen = Option<(u16, Vec<(String, Vec<u8>)>, Vec<u8>, String)>;

impl Probe {
    pub(crate) fn send(&self, server: &Server) -> Option<Reply> {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        ask(server, self.method, self.path, &headers).ok()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a browser could send it, and what it would decide.
    pub(crate) fn decision(&self, reply: Option<&Reply>, credentials: bool) -> Option<bool> {
        let origin = self.header("origin")?;
        if self
            .headers
            .iter()
            .filter(|(name, _)| *name == "origin")
            .count()
            > 1
        {
            return None;
        }
        let Some(reply) = reply else {
            return Some(false);
        };
        let allow_origin = text_lines(reply, "access-control-allow-origin");
        let matches = match allow_origin.as_slice() {
            [star] if star == "*" => !credentials,
            [line] => line == origin,
            _ => false,
        };
        let shared = matches
            && (!credentials || text_lines(reply, "access-control-allow-credentials") == ["true"]);
        let Some(method) = self.header("access-control-request-method") else {
            return Some(shared);
        };
        let list = |name: &str| -> Vec<String> {
            let lines = text_lines(reply, name);
            let elements = lines.iter().flat_map(|line| line.split(','));
            elements
                .map(|element| element.trim_matches([' ', '\t']).to_owned())
                .collect()
        };
        let methods = list("access-control-allow-methods");
        let names = list("access-control-allow-headers");
        let star = |list: &[String]| !credentials && list.iter().any(|element| element == "*");
        let method_fits = ["GET", "HEAD", "POST"].contains(&method)
            || methods.iter().any(|allowed| allowed == method)
            || star(&methods);
        let requested = self
            .headers
            .iter()
            .filter(|(n, _)| *n == "access-control-request-headers");
        let headers_fit = requested.flat_map(|(_, line)| line.split(',')).all(|name| {
            let name = name.trim();
            name.is_empty()
                || names
                    .iter()
                    .any(|allowed| allowed.eq_ignore_ascii_case(name))
                || (star(&names) && !name.eq_ignore_ascii_case("authorization"))
        });
        Some(shared && reply.status().is_success() && method_fits && headers_fit)
    }
}

fn text_lines(reply: &Reply, name: &str) -> Vec<String> {
    let all = reply.headers().get_all(name);
    all.iter()
        .map(|value| value.as_bytes().iter().map(|&b| char::from(b)).collect())
        .collect()
}

pub(crate) fn seen(reply: Option<&Reply>) -> Seen {
    let reply = reply?;
    let headers = reply.headers().iter();
    let headers = headers
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
        .collect();
    let chunked = reply.extensions().get::<Chunked>().is_some();
    let wire = format!("{:?} {chunked}", reply.version());
    Some((
        reply.status().as_u16(),
        headers,
        reply.body().to_vec(),
        wire,
    ))
}

/// Origins that are allowed, or nearly, and others.
pub(crate) fn origins(policy: &Policy) -> Vec<String> {
    let mut origins = Vec::new();
    for entry in policy.exact_origins() {
        let (scheme, rest) = entry.split_once("://").unwrap();
        let other = if scheme == "https" { "http" } else { "https" };
        let host = rest.split(':').next().unwrap();
        origins.extend([
            entry.to_owned(),
            format!("{entry}.evil.example"),
            format!("{entry}evil.example"),
            format!("{entry}/"),
            format!("{entry}/path?query"),
            format!("{entry}."),
            format!("{entry}:443"),
            format!("{entry}:8443"),
            format!("{entry}1"),
            format!("{entry}@evil.example"),
            format!("{entry} {EVIL}"),
            format!("{EVIL}, {entry}"),
            format!("{entry}\u{a0}"),
            format!("{entry}%00.evil.example"),
            format!("{scheme}://evil{rest}"),
            format!("{scheme}://sub.{rest}"),
            format!("{scheme}://evil@{rest}"),
            format!("{scheme}://{host}"),
            format!("{other}://{rest}"),
            format!("httpx://{rest}"),
            format!("{}://{rest}", scheme.to_ascii_uppercase()),
            format!("https://evil-{rest}.test"),
            format!("https://evil.example/{entry}"),
            entry.replace('.', "x"),
            format!("{}.evil.example", entry.replace('.', "x")),
            entry.to_ascii_uppercase(),
            entry[..entry.len() - 1].to_owned(),
            entry.replacen("app.", "abc.", 1),
            format!("{scheme}://other{host}"),
            format!("{scheme}://other{rest}"),
            format!("{scheme}://a{rest}"),
        ]);
        for second in policy.exact_origins() {
            let (scheme, _) = entry.split_once("://").unwrap();
            let (_, rest) = second.split_once("://").unwrap();
            origins.push(format!("{scheme}://{rest}"));
        }
    }
    for pattern in policy.patterns() {
        let with = |star: &str| pattern.replace('*', star);
        let Some((scheme, rest)) = pattern.split_once("://*") else {
            origins.extend(["8", "3000", "65535", "70000", "x", ""].map(with));
            continue;
        };
        let (host, _) = rest.split_once(':').unwrap_or((rest, ""));
        origins.extend([
            with("x"),
            with("x.y"),
            with("my-app"),
            with("app1"),
            with("a-very-long-name-of-an-application"),
            with("").replace("://.", "://"),
            with("evil").replace("evil.", "evil"),
            with(""),
            with("x..y"),
            with("X"),
            with("evil@x"),
            with("evil.example/"),
            with("evil.example:80"),
            format!("{}.evil.example", with("x")),
            format!("evil://{}", with("x")),
            format!("http://x{rest}"),
            format!("{scheme}://x{host}"),
            format!("{scheme}://x{host}:9999"),
            format!("{scheme}://x{}", rest.replace('.', "y")),
            format!("{scheme}://x.{}", rest[1..].replace('.', "y")),
            "https://x.example".to_owned(),
            "https://x.example:8443".to_owned(),
        ]);
    }
    let others = [
        EVIL,
        "null",
        "NULL",
        "",
        "https://\u{ff}.example",
        "https://[",
        "nonsense",
        "https://a.example:99999",
        "http://localhost:3000",
        "http://127.0.0.1:8080",
        "https://api.example",
        "http://evil.example",
        "chrome-extension://abcdef",
        "https://a.example<script>",
    ];
    origins.extend(others.map(str::to_owned));
    origins.push(format!("https://{}.example", "a".repeat(2000)));
    origins
}

const METHOD: &str = "access-control-request-method";
const HEADERS: &str = "access-control-request-headers";

/// Every probe of a policy, in an order that also shows what depends on earlier requests.
pub(crate) fn probes(policy: &Policy) -> Vec<Probe> {
    let mut probes = Vec::new();
    let mut add = |method, path, headers: &[(&'static str, &str)]| {
        let headers = headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        probes.push(Probe {
            method,
            path,
            headers,
        });
    };
    let first = policy.exact_origins().next().map(str::to_owned);
    let allowed = first
        .or_else(|| {
            policy
                .patterns()
                .next()
                .map(|pattern| pattern.replace('*', "x"))
        })
        .unwrap_or_else(|| A.to_owned());
    let allowed = allowed.as_str();

    for origin in origins(policy) {
        let origin = origin.as_str();
        add("GET", "/resource", &[("origin", origin)]);
        add(
            "OPTIONS",
            "/resource",
            &[("origin", origin), (METHOD, "PUT"), (HEADERS, "x-token")],
        );
    }
    for origin in [
        allowed, allowed, EVIL, allowed, EVIL, EVIL, allowed, allowed,
    ] {
        add("GET", "/resource", &[("origin", origin)]);
    }
    for path in [
        "/resource",
        "/missing",
        "/error",
        "/throws",
        "/redirect",
        "/not-modified",
        "/vary",
        "/own-headers",
        "/options",
        "/unauthorized",
    ] {
        for method in ["GET", "OPTIONS"] {
            add(method, path, &[]);
            add(method, path, &[("origin", allowed)]);
            add(method, path, &[("origin", EVIL)]);
        }
        add("OPTIONS", path, &[("origin", allowed), (METHOD, "GET")]);
        add("OPTIONS", path, &[("origin", EVIL), (METHOD, "GET")]);
    }
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
        for origin in [allowed, EVIL] {
            add(method, "/resource", &[("origin", origin)]);
            add(
                method,
                "/resource",
                &[("origin", origin), ("cookie", "session=1")],
            );
            add(
                "OPTIONS",
                "/resource",
                &[("origin", origin), (METHOD, method)],
            );
        }
        add(
            method,
            "/resource",
            &[("origin", allowed), ("authorization", "x")],
        );
        add(method, "/resource", &[("origin", allowed), (METHOD, "PUT")]);
    }
    add("GET", "/resource", &[("origin", allowed), ("origin", EVIL)]);
    add("GET", "/resource", &[("origin", EVIL), ("origin", allowed)]);
    add(
        "GET",
        "/not-modified",
        &[("origin", allowed), ("if-none-match", "\"kit\"")],
    );
    add(
        "GET",
        "/not-modified",
        &[("origin", EVIL), ("if-none-match", "\"kit\"")],
    );
    for (name, value) in [
        ("referer", format!("{allowed}/page")),
        ("host", "evil.example".to_owned()),
        ("x-forwarded-host", "evil.example".to_owned()),
        ("sec-fetch-site", "same-origin".to_owned()),
        ("x-requested-with", "XMLHttpRequest".to_owned()),
    ] {
        add("GET", "/resource", &[("origin", EVIL), (name, &value)]);
    }
    for (name, value) in [
        ("accept-encoding", "gzip"),
        ("if-none-match", "*"),
        ("range", "bytes=0-0"),
        ("range", "bytes=999-"),
        ("x-long", "a".repeat(5000).as_str()),
    ] {
        add("GET", "/resource", &[("origin", allowed), (name, value)]);
    }
    let long = format!("/resource?{}", "q".repeat(2048)).leak();
    for path in ["/resource/", "/resource?a=1", long] {
        add("GET", path, &[("origin", allowed)]);
    }
    add("PATCH", "/resource", &[("origin", allowed)]);
    add("GET", "/resource", &[("x-many", "1"); 100]);
    add("OPTIONS", "/options", &[(METHOD, "PUT")]);
    add(
        "OPTIONS",
        "/options",
        &[("origin", allowed), (HEADERS, "x-token")],
    );
    let simple = [("origin", allowed), (METHOD, "GET"), (HEADERS, "x-token")];
    add("OPTIONS", "/resource", &simple);
    let private = ("access-control-request-private-network", "true");
    add(
        "OPTIONS",
        "/resource",
        &[("origin", allowed), (METHOD, "PUT"), private],
    );
    for method in [
        "PATCH",
        "patch",
        "put",
        "ET",
        "PUTS",
        "PUT,DELETE",
        "PUT, X",
        "({})",
        "",
        "QUERY",
        "PROPFIND",
        "Update",
        "UPDATE",
        "PROPFIND",
        "update",
    ] {
        add(
            "OPTIONS",
            "/resource",
            &[("origin", allowed), (METHOD, method)],
        );
        add(
            "OPTIONS",
            "/resource",
            &[("origin", EVIL), (METHOD, method)],
        );
    }
    add(
        "OPTIONS",
        "/resource",
        &[("origin", allowed), (METHOD, "PUT"), (METHOD, "TRACE")],
    );
    let many: Vec<String> = (0..100).map(|n| format!("x-{n}")).collect();
    let (many, repeated) = (many.join(","), ["x-token"; 100].join(","));
    let cut = format!("{},x-evil", ["x-token"; 40].join(","));
    for names in [
        &["x-token"] as &[&str],
        &["X-TOKEN"],
        &["x-evil"],
        &["x-evil"],
        &["x-token, content-type"],
        &["x-token , content-type"],
        &["content-type,x-token"],
        &["x-token,content-type"],
        &["x-token\t,\tcontent-type"],
        &["x-token,,content-type"],
        &[""],
        &["x-token", "content-type"],
        &["x-token", "x-evil"],
        &["x-evil", "x-token"],
        &["x-token,x-evil"],
        &["x-evil,x-token"],
        &["x-token,x-token"],
        &["x-tok"],
        &["x-token-2"],
        &["evil-x-token"],
        &["x_token"],
        &["x-to!ken"],
        &["x-anything.at_all"],
        &["*"],
        &["x token"],
        &["x-token,x evil"],
        &["x-\u{e9}"],
        &["accept"],
        &["content-type"],
        &["authorization"],
        &["x-mixed-case"],
        &[&many],
        &[&repeated],
        &[&cut],
        &["x-token"; 30],
    ] {
        for method in ["PUT", "PATCH"] {
            let mut headers = vec![("origin", allowed), (METHOD, method)];
            headers.extend(names.iter().map(|line| (HEADERS, *line)));
            add("OPTIONS", "/resource", &headers);
        }
    }
    probes
}

/// The names that `Vary` lists.
pub(crate) fn varies_on_origin(reply: &Reply) -> bool {
    lines(reply, "vary")
        .iter()
        .flat_map(|line| line.split(','))
        .any(|name| name.trim() == "*" || name.trim().eq_ignore_ascii_case("origin"))
}
