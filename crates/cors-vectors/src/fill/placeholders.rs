//! The placeholders of cases.

/// The placeholders that server cases can use, with what they stand for.
pub const SERVER_PLACEHOLDERS: &[(&str, &str)] = &[
    (
        "allowed",
        "an allowed origin: the first exact one, else one that fits the first pattern",
    ),
    ("allowed.scheme", "its scheme"),
    ("allowed.host", "its host"),
    (
        "allowed.port",
        "its port in digits, nothing for the scheme's default",
    ),
    (
        "allowed.authority",
        "its host, with `:port` unless the port is the default",
    ),
    ("allowed.upper", "the allowed origin in capitals"),
    (
        "allowed.undotted",
        "its host with an `x` for the first dot, with `:port` unless the port is the default",
    ),
    (
        "allowed.undotted_last",
        "its host with an `x` for the last dot, with `:port` unless the port is the default",
    ),
    ("allowed.truncated", "its host without the last letter"),
    (
        "allowed.beheaded",
        "its host without the first letter, with `:port` unless the port is the default",
    ),
    (
        "allowed.parent",
        "its host without the first label; that of another allowed origin where it is refused",
    ),
    ("allowed.label", "its host up to the first dot"),
    (
        "allowed.upper_scheme",
        "the allowed origin with its scheme in capitals",
    ),
    ("allowed2", "another allowed origin"),
    ("allowed2.scheme", "its scheme"),
    ("allowed2.host", "its host"),
    (
        "allowed2.authority",
        "its host, with `:port` unless the port is the default",
    ),
    (
        "allowed_first",
        "the first exact origin that a rule of the policy allows, else `{allowed}`",
    ),
    ("allowed_last", "the last exact origin that is allowed"),
    ("pattern.allowed", "an origin that fits the first pattern"),
    ("pattern.scheme", "the scheme of the first pattern"),
    (
        "pattern.rest",
        "the host of the first pattern after the label that stands for any",
    ),
    (
        "pattern.port",
        "the port of the first pattern in digits, nothing for the scheme's default",
    ),
    (
        "pattern.authority",
        "that host, with `:port` unless the port is the default",
    ),
    (
        "pattern.start",
        "what stands in front of the first star of the first pattern, its scheme included",
    ),
    (
        "pattern.end",
        "what stands behind it, with `:port` unless the port is the default",
    ),
    ("pattern.undotted", "that host with an `x` for the last dot"),
    (
        "pattern.longest",
        "an origin that fits the first pattern, with a host of 253 characters, which is as long as \
         hosts can be",
    ),
    (
        "pattern.portless",
        "an origin that fits the first pattern for any port, without a port",
    ),
    (
        "near.port",
        "an origin that differs from one that fits the first pattern by its port",
    ),
    ("near.scheme", "by its scheme"),
    ("near.suffix", "by what follows its host"),
    (
        "near.prefix",
        "by what stands in front of its host, without a dot",
    ),
    (
        "near.apex",
        "by having nothing in place of the first label, or of the star in it",
    ),
    ("near.dotted", "by a dot where the pattern has one label"),
    ("near.range", "by being the address beside the range"),
    (
        "near.example",
        "the first origin that the policy gives as an example of refused ones",
    ),
    (
        "foreign",
        "an origin that is not allowed and looks like none that is",
    ),
    (
        "other",
        "another origin than `{allowed}`, whether it is allowed or not: `{foreign}`, else \
         `{allowed2}`",
    ),
    (
        "own",
        "the target's own origin, as that of pages which it serves itself",
    ),
    (
        "own.host",
        "its host, with `:port` unless the port is the default",
    ),
    (
        "own.insecure",
        "its origin with `http`, where the target is reached over TLS",
    ),
    ("method", "an allowed method that is not safelisted"),
    ("method2", "another such method"),
    (
        "asked_method",
        "a method for a preflight that is allowed: `{method}`, else POST, else GET",
    ),
    (
        "asked_header",
        "a request header for a preflight that is allowed: `{header}`, else `accept`, so that with \
         `{asked_method}` there is one wherever something that needs one is allowed",
    ),
    ("asked_header.value", "a value of it"),
    (
        "method_last",
        "the last allowed method that is not safelisted",
    ),
    ("unlisted_method", "a method that is not allowed"),
    (
        "header",
        "an allowed request header that is not safelisted; `content-type` and `authorization` only \
         where there is no other",
    ),
    ("header.value", "a value of it that needs a preflight"),
    ("header2", "another such header"),
    ("header2.value", "a value of that one"),
    ("header_last", "the last such header"),
    ("header_last.value", "a value of the last one"),
    (
        "header.part",
        "the name of the first such header up to its first hyphen",
    ),
    (
        "header.underscored",
        "that name with underscores for hyphens",
    ),
    ("header.undashed", "that name without hyphens"),
    ("header.upper", "that name in capitals"),
    ("unlisted_header", "a request header that is not allowed"),
    (
        "exposed",
        "an exposed response header that is not safelisted",
    ),
    ("exposed2", "another such header"),
    ("exposed_last", "the last such header"),
    ("unexposed", "a response header that is not exposed"),
    (
        "each.origin",
        "an allowed origin: the case is carried out for each exact one, for one that fits each \
         pattern, and for one that fits each regular expression and is no example of it",
    ),
    (
        "each.refused",
        "a refused origin: the case is carried out for `{foreign}`, and for each example of a \
         refused one",
    ),
    (
        "each.near",
        "a refused origin that looks like a listed one, by its port, its scheme or its host: for each \
         exact origin and each pattern",
    ),
    (
        "each.method",
        "an allowed method that needs a preflight, but OPTIONS: for each that is listed",
    ),
    (
        "each.unlisted_method",
        "a method that is not allowed: for each of PUT, DELETE, PATCH, QUERY, PROPFIND and X-UNLISTED",
    ),
    (
        "each.header",
        "an allowed request header that needs a preflight: for each that is listed",
    ),
    ("each.header.value", "a value of it that needs a preflight"),
    (
        "each.near_header",
        "a request header that is not allowed and begins nearly as a listed prefix: for each prefix",
    ),
    (
        "each.exposed",
        "an exposed response header that is not safelisted: for each that is listed",
    ),
    ("max_age", "the seconds that a preflight may be cached"),
];

/// The placeholders that agent cases can use, with what they stand for.
pub const AGENT_PLACEHOLDERS: &[(&str, &str)] = &[
    (
        "origin",
        "the value of the `Origin` header of the request being answered; only in answers",
    ),
    ("page", "the serialized origin of the page"),
    ("cross", "the serialized origin of `cross`"),
    ("third", "the serialized origin of `third`"),
    ("page.host", "host and port of the page's origin"),
    ("cross.host", "host and port of `cross`"),
    ("third.host", "host and port of `third`"),
    ("page.url", "the case's own URL at the page's origin"),
    ("cross.url", "the case's own URL at `cross`"),
    ("third.url", "the case's own URL at `third`"),
];
