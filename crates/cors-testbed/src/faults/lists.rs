//! `Access-Control-Allow-Methods`, `-Allow-Headers`, `-Expose-Headers` and `-Max-Age` that go out as
//! they should not.

use super::fault::{Fault, fault, line};
use crate::behaviour::{Grant, reference};

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "allow-methods-empty",
        "E5",
        "Where no method is listed an empty list is sent.",
        |b| {
            b.allow_methods_value = |x| or_empty(reference::allow_methods_value(x));
        },
    ),
    fault(
        "allow-headers-empty",
        "E5",
        "Where no header is allowed an empty list is sent.",
        |b| {
            b.allow_headers_value = |x| or_empty(reference::allow_headers_value(x));
        },
    ),
    fault(
        "expose-headers-empty",
        "E5",
        "Where no header is exposed an empty list is sent.",
        |b| {
            b.expose_headers_value = |x| or_empty(reference::expose_headers_value(x));
        },
    ),
    fault(
        "allow-methods-trailing-comma",
        "E5",
        "A comma follows the last method.",
        |b| {
            b.allow_methods_value = |x| {
                mapped(&reference::allow_methods_value(x), |list| {
                    format!("{list},")
                })
            };
        },
    ),
    fault(
        "allow-headers-leading-comma",
        "E5",
        "A comma precedes the first header.",
        |b| {
            b.allow_headers_value = |x| {
                mapped(&reference::allow_headers_value(x), |list| {
                    format!(",{list}")
                })
            };
        },
    ),
    fault(
        "allow-methods-with-spaces",
        "E5",
        "Methods are separated by spaces.",
        |b| {
            b.allow_methods_value = |x| {
                mapped(&reference::allow_methods_value(x), |list| {
                    list.replace(',', "")
                })
            };
        },
    ),
    fault(
        "allow-headers-with-semicolons",
        "E5",
        "Headers are separated by semicolons.",
        |b| {
            b.allow_headers_value = |x| {
                mapped(&reference::allow_headers_value(x), |list| {
                    list.replace(',', ";")
                })
            };
        },
    ),
    fault(
        "expose-headers-with-semicolons",
        "E5",
        "Exposed headers are separated by semicolons.",
        |b| {
            b.expose_headers_value = |x| {
                mapped(&reference::expose_headers_value(x), |list| {
                    list.replace(',', ";")
                })
            };
        },
    ),
    fault(
        "allow-methods-as-json",
        "E5",
        "Methods are sent as a JSON array.",
        |b| {
            b.allow_methods_value = |x| {
                mapped(&reference::allow_methods_value(x), |list| {
                    format!("[\"{}\"]", list.replace(", ", "\", \""))
                })
            };
        },
    ),
    fault(
        "allow-headers-quoted",
        "E5",
        "The list of headers stands in quotation marks.",
        |b| {
            b.allow_headers_value = |x| {
                mapped(&reference::allow_headers_value(x), |list| {
                    format!("\"{list}\"")
                })
            };
        },
    ),
    fault(
        "expose-headers-with-colon",
        "E5",
        "A colon follows each exposed header.",
        |b| {
            b.expose_headers_value = |x| {
                mapped(&reference::expose_headers_value(x), |list| {
                    format!("{}:", list.replace(',', ":,"))
                })
            };
        },
    ),
    fault(
        "expose-headers-missing",
        "E6",
        "Exposed headers are never named.",
        |b| {
            b.expose_headers_value = |_| Vec::new();
        },
    ),
    fault(
        "expose-headers-only-on-preflight",
        "E6",
        "Exposed headers are named in answers to preflights only.",
        |b| {
            b.carries = |x, grant| match grant {
                Grant::Expose => x.is_preflight() && x.granted,
                _ => reference::carries(x, grant),
            };
        },
    ),
    fault(
        "expose-headers-missing-on-errors",
        "E6",
        "Answers of 400 and above do not name the exposed headers.",
        |b| {
            b.expose_headers_value = |x| {
                if x.status >= 400 {
                    Vec::new()
                } else {
                    reference::expose_headers_value(x)
                }
            };
        },
    ),
    fault(
        "expose-headers-missing-on-head",
        "E6",
        "Answers to HEAD do not name the exposed headers.",
        |b| {
            b.expose_headers_value = |x| {
                if x.method == http::Method::HEAD {
                    Vec::new()
                } else {
                    reference::expose_headers_value(x)
                }
            };
        },
    ),
    fault(
        "expose-headers-missing-on-post",
        "E6",
        "Answers to POST do not name the exposed headers.",
        |b| {
            b.expose_headers_value = |x| {
                if x.method == http::Method::POST {
                    Vec::new()
                } else {
                    reference::expose_headers_value(x)
                }
            };
        },
    ),
    fault(
        "expose-headers-names-request-headers",
        "E6",
        "Instead of the exposed headers the allowed request headers are named.",
        |b| {
            b.expose_headers_value = |x| {
                if x.listed_exposed().is_empty() {
                    reference::expose_headers_value(x)
                } else {
                    reference::list(x.listed_headers())
                }
            };
        },
    ),
    fault(
        "expose-headers-only-first",
        "E6",
        "Of the exposed headers only the first is named.",
        |b| {
            b.expose_headers_value = |x| {
                mapped(&reference::expose_headers_value(x), |list| {
                    list.split(',').next().unwrap_or_default().to_owned()
                })
            };
        },
    ),
    fault(
        "expose-headers-all",
        "E6",
        "Every header that the application set is exposed.",
        |b| {
            b.expose_headers_value = |x| reference::list(&x.application_headers);
        },
    ),
    fault(
        "expose-headers-quoted",
        "E6",
        "The list of exposed headers stands in quotation marks.",
        |b| {
            b.expose_headers_value = |x| {
                mapped(&reference::expose_headers_value(x), |list| {
                    format!("\"{list}\"")
                })
            };
        },
    ),
    fault(
        "max-age-missing",
        "E7",
        "The max-age of the policy is not sent.",
        |b| {
            b.max_age_value = |_| Vec::new();
        },
    ),
    fault(
        "max-age-zero-omitted",
        "E7",
        "A max-age of zero is taken for none.",
        |b| {
            b.max_age_value = |x| {
                if x.policy.max_age == Some(0) {
                    Vec::new()
                } else {
                    reference::max_age_value(x)
                }
            };
        },
    ),
    fault(
        "max-age-negative-for-zero",
        "E7",
        "For a max-age of zero -1 is sent.",
        |b| {
            b.max_age_value = |x| {
                if x.policy.max_age == Some(0) {
                    line("-1")
                } else {
                    reference::max_age_value(x)
                }
            };
        },
    ),
    fault(
        "max-age-with-unit",
        "E7",
        "The letter s follows the max-age.",
        |b| {
            b.max_age_value = |x| {
                mapped(&reference::max_age_value(x), |seconds| {
                    format!("{seconds}s")
                })
            };
        },
    ),
    fault(
        "max-age-with-fraction",
        "E7",
        "The max-age is sent with a fraction.",
        |b| {
            b.max_age_value = |x| {
                mapped(&reference::max_age_value(x), |seconds| {
                    format!("{seconds}.0")
                })
            };
        },
    ),
    fault(
        "max-age-quoted",
        "E7",
        "The max-age stands in quotation marks.",
        |b| {
            b.max_age_value = |x| {
                mapped(&reference::max_age_value(x), |seconds| {
                    format!("\"{seconds}\"")
                })
            };
        },
    ),
    fault(
        "max-age-in-milliseconds",
        "E7",
        "The max-age is sent in milliseconds.",
        |b| {
            b.max_age_value = |x| {
                mapped(&reference::max_age_value(x), |seconds| {
                    format!("{seconds}000")
                })
            };
        },
    ),
    fault(
        "max-age-as-directive",
        "E7",
        "The max-age is sent as in Cache-Control.",
        |b| {
            b.max_age_value = |x| {
                mapped(&reference::max_age_value(x), |seconds| {
                    format!("max-age={seconds}")
                })
            };
        },
    ),
    fault(
        "max-age-signed",
        "E7",
        "A plus sign precedes the max-age.",
        |b| {
            b.max_age_value = |x| {
                mapped(&reference::max_age_value(x), |seconds| {
                    format!("+{seconds}")
                })
            };
        },
    ),
    fault(
        "max-age-fixed",
        "E7",
        "A max-age of a day is sent whatever the policy says.",
        |b| {
            b.max_age_value = |_| line("86400");
        },
    ),
    fault(
        "max-age-empty",
        "E7",
        "Where no max-age is stated an empty one is sent.",
        |b| {
            b.max_age_value = |x| or_empty(reference::max_age_value(x));
        },
    ),
    fault(
        "allow-lists-on-actual",
        "E8",
        "Allowed methods and headers are sent on answers that are not to preflights.",
        |b| {
            b.carries = |x, grant| match grant {
                Grant::Methods | Grant::Headers => x.origin_allowed,
                _ => reference::carries(x, grant),
            };
        },
    ),
    fault(
        "allow-methods-with-wildcard",
        "E9",
        "With credentials a star is sent for the methods.",
        |b| {
            b.allow_methods_value = |x| {
                if x.policy.allow_credentials {
                    line("*")
                } else {
                    reference::allow_methods_value(x)
                }
            };
        },
    ),
    fault(
        "allow-headers-with-wildcard",
        "E9",
        "With credentials a star is sent for the headers.",
        |b| {
            b.allow_headers_value = |x| {
                if x.policy.allow_credentials {
                    line("*")
                } else {
                    reference::allow_headers_value(x)
                }
            };
        },
    ),
    fault(
        "expose-headers-with-wildcard",
        "E9",
        "With credentials a star is sent for the exposed headers.",
        |b| {
            b.expose_headers_value = |x| match reference::expose_headers_value(x).as_slice() {
                [_] if x.policy.allow_credentials => line("*"),
                lines => lines.to_vec(),
            };
        },
    ),
    fault(
        "allow-headers-wildcard-for-authorization",
        "E9",
        "Where any header is allowed only a star is sent, which does not cover Authorization.",
        |b| {
            b.allow_headers_value = |x| {
                mapped(&reference::allow_headers_value(x), |list| {
                    if list.starts_with('*') && !x.policy.allow_credentials {
                        "*".to_owned()
                    } else {
                        list.to_owned()
                    }
                })
            };
        },
    ),
];

/// An empty line where there would be none.
fn or_empty(lines: Vec<String>) -> Vec<String> {
    if lines.is_empty() { line("") } else { lines }
}

fn mapped(lines: &[String], change: impl Fn(&str) -> String) -> Vec<String> {
    lines.iter().map(|line| change(line)).collect()
}
