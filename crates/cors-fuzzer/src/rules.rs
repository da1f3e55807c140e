//! The requirements that generated exchanges are held against, in words: what the server cases of
//! the library say of the same requirement.

/// A requirement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    /// Name of the check; `shared` and `refused` are the verdicts.
    pub(crate) id: &'static str,
    /// The requirement, as a sentence.
    pub(crate) title: &'static str,
    /// What breaks, or who profits, when it does not hold.
    pub(crate) why: &'static str,
    /// Where it comes from.
    pub(crate) spec: &'static [&'static str],
}

const ALLOW_ORIGIN: &str = "fetch#http-access-control-allow-origin";
const VARY: &[&str] = &["rfc9110#section-12.5.5", ALLOW_ORIGIN];
const PREFLIGHT: &[&str] = &["fetch#cors-preflight-request"];

const fn rule(
    id: &'static str,
    title: &'static str,
    why: &'static str,
    spec: &'static [&'static str],
) -> Rule {
    Rule {
        id,
        title,
        why,
        spec,
    }
}

const RULES: &[Rule] = &[
    rule(
        "shared",
        "What the policy allows reaches the page",
        "The site does not work in browsers, though the policy says that it should.",
        &[
            "fetch#concept-cors-check/4",
            "fetch#cors-preflight-fetch-0/7",
        ],
    ),
    rule(
        "refused",
        "What the policy does not allow is refused by browsers",
        "A page that the policy shuts out reads what it must not, or does what it must not.",
        &[
            "fetch#concept-cors-check/4",
            "fetch#cors-preflight-fetch-0/7",
        ],
    ),
    rule(
        "answered",
        "Every request gets a complete answer",
        "Who can make a server hang up can keep others from it.",
        &["rfc9110#section-15"],
    ),
    rule(
        "grammar",
        "Access-Control-Allow-Origin is a star, null or one origin",
        "Browsers compare its bytes and refuse everything else.",
        &[ALLOW_ORIGIN],
    ),
    rule(
        "one-line",
        "Access-Control-Allow-Origin comes once",
        "Two lines are joined by browsers and refused, though each of them would do.",
        &[ALLOW_ORIGIN, "fetch#concept-cors-check/4"],
    ),
    rule(
        "no-echo",
        "An origin that is not allowed is not echoed",
        "A comparison that is not of bytes lets in who writes an origin cleverly.",
        &[ALLOW_ORIGIN],
    ),
    rule(
        "no-evil",
        "No part of an origin that is not allowed is echoed",
        "Taking a list apart for the answer allows what nobody listed.",
        &[ALLOW_ORIGIN],
    ),
    rule(
        "no-star",
        "A policy that lists origins sends no star",
        "With a star any page can read what the policy keeps for some.",
        &["fetch#concept-cors-check/2"],
    ),
    rule(
        "no-null",
        "A policy that does not list null does not name it",
        "Any page can make itself a null origin.",
        &[ALLOW_ORIGIN],
    ),
    rule(
        "no-referrer",
        "Referer does not stand for Origin",
        "It is the origin that browsers vouch for, and the page may choose its Referer.",
        &[ALLOW_ORIGIN],
    ),
    rule(
        "not-empty",
        "Access-Control-Allow-Origin is left out rather than empty",
        "An empty value fits no page and is what is left of a careless echo.",
        &[ALLOW_ORIGIN],
    ),
    rule(
        "granted",
        "A request of an allowed origin is answered with its origin",
        "Without the header the page cannot read the response.",
        &["fetch#concept-cors-check/4"],
    ),
    rule(
        "true",
        "Access-Control-Allow-Credentials is true, or is left out",
        "Browsers know only this one word, byte for byte.",
        &["fetch#concept-cors-check/6-8"],
    ),
    rule(
        "one-credentials-line",
        "Access-Control-Allow-Credentials comes once",
        "Two lines are joined by browsers and refused, though each of them would do.",
        &["fetch#concept-cors-check/6-8"],
    ),
    rule(
        "never-true",
        "A policy without credentials never allows them",
        "Credentials that are allowed by accident turn a public resource into one that leaks sessions.",
        &["fetch#concept-cors-check/6-8"],
    ),
    rule(
        "no-false",
        "A policy without credentials does not send the header",
        "The header knows only the word true; to say no it is left out.",
        &["fetch#concept-cors-check/6-8"],
    ),
    rule(
        "no-promise",
        "Credentials are not promised where the origin is refused",
        "It is what is left of a careless server, and waits for its other half.",
        &["fetch#concept-cors-check/6-8"],
    ),
    rule(
        "credentials",
        "A request of an allowed origin is answered with leave for credentials",
        "Without it a page whose request has credentials cannot read the response.",
        &["fetch#concept-cors-check/6-8"],
    ),
    rule(
        "ok",
        "A preflight that asks for what is allowed is answered with a status that is ok",
        "Browsers refuse every other status.",
        &["fetch#cors-preflight-fetch-0/7"],
    ),
    rule(
        "no-crash",
        "A request that is odd does not make the server fail",
        "A status of 500 and above says that the server did not expect what anybody can send.",
        &["rfc9110#section-15.6"],
    ),
    rule(
        "served",
        "A request that the policy allows reaches the application",
        "Taking it for a preflight or refusing it breaks clients that are no browsers, too.",
        PREFLIGHT,
    ),
    rule(
        "method",
        "A preflight that is granted names the method",
        "Browsers look for the method they asked for, byte for byte.",
        &["fetch#cors-preflight-fetch-0/7.5"],
    ),
    rule(
        "method-not-granted",
        "A method that is not listed is not granted",
        "Copying the requested method into the answer allows everything.",
        &["fetch#cors-preflight-fetch-0/7.5"],
    ),
    rule(
        "methods-tokens",
        "Access-Control-Allow-Methods is a list of tokens",
        "Browsers refuse the whole list for one element that is not a name.",
        &["fetch#http-access-control-allow-methods"],
    ),
    rule(
        "methods-not-empty",
        "Access-Control-Allow-Methods is left out rather than empty",
        "An empty header is what is left of a careless join.",
        &["fetch#http-access-control-allow-methods"],
    ),
    rule(
        "header",
        "A preflight that is granted names the header",
        "Browsers look for each name they asked for.",
        &["fetch#cors-preflight-fetch-0/7.7"],
    ),
    rule(
        "header-not-granted",
        "A header that is not listed is not granted",
        "Copying the requested names into the answer allows everything.",
        &["fetch#cors-preflight-fetch-0/7.7"],
    ),
    rule(
        "headers-tokens",
        "Access-Control-Allow-Headers is a list of tokens",
        "Browsers refuse the whole list for one element that is not a name.",
        &["fetch#http-access-control-allow-headers"],
    ),
    rule(
        "headers-not-empty",
        "Access-Control-Allow-Headers is left out rather than empty",
        "An empty header is what is left of a careless join.",
        &["fetch#http-access-control-allow-headers"],
    ),
    rule(
        "max-age",
        "A preflight that is granted states the max-age of the policy",
        "Without it browsers ask again after five seconds.",
        &["fetch#http-access-control-max-age"],
    ),
    rule(
        "max-age-digits",
        "Access-Control-Max-Age is a number of seconds",
        "Browsers ignore everything else and ask again after five seconds.",
        &["fetch#http-access-control-max-age"],
    ),
    rule(
        "one-max-age",
        "Access-Control-Max-Age comes once",
        "Browsers ignore two.",
        &["fetch#http-access-control-max-age"],
    ),
    rule(
        "no-max-age",
        "A max-age that the policy does not state is not sent",
        "What is kept longer than was meant outlives a change of the policy.",
        &["fetch#http-access-control-max-age"],
    ),
    rule(
        "exposed",
        "An exposed header is named on the response",
        "Without its name there the page sees null, whatever the preflight said.",
        &["fetch#http-access-control-expose-headers"],
    ),
    rule(
        "exposed-tokens",
        "Access-Control-Expose-Headers is a list of tokens",
        "Browsers expose nothing for one element that is not a name.",
        &["fetch#http-access-control-expose-headers"],
    ),
    rule(
        "exposed-not-star",
        "A policy that exposes no header sends no star",
        "With a star any header can be read.",
        &["fetch#http-access-control-expose-headers"],
    ),
    rule(
        "exposed-not-empty",
        "Access-Control-Expose-Headers is left out rather than empty",
        "An empty header is what is left of a careless join.",
        &["fetch#http-access-control-expose-headers"],
    ),
    rule(
        "exposed-stated",
        "A policy that exposes every header says so",
        "Without it pages read the safelisted headers only.",
        &["fetch#http-access-control-expose-headers"],
    ),
    rule(
        "reads",
        "An exposed header can be read by the page",
        "The page sees null in its place.",
        &["fetch#concept-main-fetch/14.1"],
    ),
    rule(
        "cannot-read",
        "A header that is not exposed cannot be read by the page",
        "The page reads what the policy keeps from it.",
        &["fetch#concept-main-fetch/14.1"],
    ),
    rule(
        "vary",
        "An answer that depends on the origin varies on it",
        "A cache would hand it to the page of another origin, which is refused or served by mistake.",
        VARY,
    ),
    rule(
        "vary-kept",
        "What the application says of Vary is kept",
        "A cache would hand one encoding to a client that cannot read it.",
        &["rfc9110#section-12.5.5"],
    ),
    rule(
        "vary-grows",
        "Vary does not grow from answer to answer",
        "What is added to a list that all answers share is never taken away.",
        VARY,
    ),
    rule(
        "vary-no-response-header",
        "Vary names request headers",
        "Names of response headers there say nothing.",
        VARY,
    ),
    rule(
        "no-length",
        "An answer with status 204 states no length",
        "The length of nothing confuses the framing of some clients, and the next answer with it.",
        &["rfc9110#section-8.6", "rfc9110#section-15.3.5"],
    ),
    rule(
        "not-chunked",
        "An answer with status 204 is not chunked",
        "Its framing confuses some clients, and the next answer on the connection with it.",
        &["rfc9110#section-15.3.5"],
    ),
    rule(
        "no-private-network",
        "Leave for a private network is not given unasked",
        "A proposal that was given up; a server that still answers opens its network to pages outside.",
        PREFLIGHT,
    ),
    rule(
        "no-methods",
        "What is no preflight is not answered as one",
        "Only OPTIONS is a preflight; taking something else for one misleads clients.",
        PREFLIGHT,
    ),
    rule(
        "reached",
        "OPTIONS that is no preflight is for the application",
        "It is an actual request whose method happens to be OPTIONS.",
        PREFLIGHT,
    ),
    rule(
        "ran",
        "A request that is no preflight runs the application",
        "Taking it for a preflight answers with an empty body.",
        PREFLIGHT,
    ),
    rule(
        "no-call",
        "A preflight does not run the application",
        "The request behind it may never come; what counts calls or writes must not notice it.",
        PREFLIGHT,
    ),
    rule(
        "ours",
        "What the policy says holds for what the application sets itself",
        "The policy of the layer holds for what lies behind it.",
        &[ALLOW_ORIGIN],
    ),
    rule(
        "no-injection",
        "Bytes of a request make no header of their own",
        "Who can add headers to an answer can set cookies and split responses.",
        &["rfc9110#section-5.5"],
    ),
    rule(
        "framed",
        "An answer is as long as it says",
        "What is too much is taken for the next answer.",
        &["rfc9112#section-6.3"],
    ),
    rule(
        "no-content",
        "Nothing follows an answer with status 204",
        "Bytes after it are taken for the beginning of the next answer on the connection.",
        &["rfc9110#section-15.3.5", "rfc9112#section-6.3"],
    ),
    rule(
        "fields",
        "Header lines of an answer are a name, a colon and a value",
        "Browsers drop a line with a blank before its colon, proxies read it in different ways.",
        &["rfc9112#section-5.1", "rfc9112#section-5.2"],
    ),
    rule(
        "plain-interim",
        "An interim answer announces no content and no other protocol",
        "The answer proper would be taken for its content.",
        &["rfc9110#section-15.2", "rfc9112#section-6.1"],
    ),
];

/// The requirement of this name; what is not known is that there has to be an answer.
pub(crate) fn find(id: &str) -> Rule {
    let found = RULES.iter().find(|rule| rule.id == id);
    found.copied().unwrap_or(rule(
        "other",
        "What must hold of every answer holds",
        "A client that relies on it is misled.",
        &[ALLOW_ORIGIN],
    ))
}
