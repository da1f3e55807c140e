//! How to see an exchange again with curl.

use crate::escape::shell_word;
use crate::redact::Redactor;
use crate::wire::Request;

pub use cors_net::USER_AGENT;

/// A curl command line that makes the request, for a POSIX shell with `$'…'`. For what the user gave
/// to be sent there is a variable of the shell, such as `$X_API_KEY`. `more` are further arguments, such as `-k`.
///
/// curl adds `Accept` and `User-Agent` lines of its own; ours are shown where they differ.
pub fn curl(request: &Request, redactor: &Redactor, more: &[String]) -> String {
    let mut words: Vec<String> = ["curl", "-i", "-g", "--path-as-is"].map(Into::into).into();
    words.extend(more.iter().map(|word| shell_word(word.as_bytes())));
    match request.method.as_slice() {
        b"GET" if request.body.is_none() => {}
        b"HEAD" => words.push("--head".into()),
        method => words.extend(["-X".into(), shell_word(method)]),
    }
    for (name, value) in &request.headers {
        let ours = (name.eq_ignore_ascii_case(b"accept") && value == b"*/*")
            || (name.eq_ignore_ascii_case(b"user-agent") && value == USER_AGENT.as_bytes())
            || name.eq_ignore_ascii_case(b"content-length");
        if ours {
            continue;
        }
        if redactor.is_given(name, value) {
            let name = String::from_utf8_lossy(name);
            words.extend(["-H".into(), format!("\"{name}: ${}\"", variable(&name))]);
            continue;
        }
        let line = if value.is_empty() {
            // With a colon and no value curl would drop the line.
            [name.as_slice(), b";"].concat()
        } else {
            [name.as_slice(), b": ", value].concat()
        };
        words.extend(["-H".into(), redactor.whole_text(&shell_word(&line))]);
    }
    let mut prefix = String::new();
    if let Some(body) = &request.body {
        if !request.has("content-type") {
            // Else curl would say that it is a form.
            words.extend(["-H".into(), "Content-Type:".into()]);
        }
        if body.contains(&0) {
            // No argument can hold a zero byte.
            let octal = |text: String, byte: &u8| format!(r"{text}\{byte:03o}");
            prefix = format!("printf '{}' | ", body.iter().fold(String::new(), octal));
            words.extend(["--data-binary".into(), "@-".into()]);
        } else {
            words.extend(["--data-raw".into(), shell_word(body)]);
        }
    }
    let url = [request.base.as_bytes(), &request.path].concat();
    words.push(redactor.whole_text(&shell_word(&url)));
    prefix + &words.join(" ")
}

/// The variable that stands for the value of a header.
fn variable(name: &str) -> String {
    let letter = |letter: char| match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' => letter.to_ascii_uppercase(),
        _ => '_',
    };
    let name: String = name.chars().map(letter).collect();
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("_{name}")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, headers: &[(&str, &[u8])]) -> Request {
        let line = |(name, value): &(&str, &[u8])| (name.as_bytes().to_vec(), value.to_vec());
        Request {
            method: method.into(),
            base: "http://127.0.0.1:3000".into(),
            path: b"/resource".to_vec(),
            headers: headers.iter().map(line).collect(),
            body: None,
        }
    }

    #[test]
    fn a_preflight_is_one_line() {
        let preflight = request(
            "OPTIONS",
            &[
                ("Accept", b"*/*"),
                ("Origin", b"https://a.example"),
                ("Access-Control-Request-Method", b"PUT"),
                ("User-Agent", USER_AGENT.as_bytes()),
            ],
        );
        assert_eq!(
            curl(&preflight, &Redactor::default(), &["-k".into()]),
            "curl -i -g --path-as-is -k -X OPTIONS -H 'Origin: https://a.example' \
             -H 'Access-Control-Request-Method: PUT' http://127.0.0.1:3000/resource"
        );
    }

    #[test]
    fn odd_bytes_reach_the_wire_as_they_are() {
        let odd = request(
            "GET",
            &[
                ("Origin", b"https://a.example\xff'`$(x)\\"),
                ("X-Empty", b""),
            ],
        );
        assert_eq!(
            curl(&odd, &Redactor::default(), &[]),
            r"curl -i -g --path-as-is -H $'Origin: https://a.example\xff\'`$(x)\\' -H 'X-Empty;' http://127.0.0.1:3000/resource"
        );
    }

    #[test]
    fn what_the_user_gave_is_a_variable_and_what_a_case_invents_is_there() {
        let given = [
            (b"X-Api-Key".to_vec(), b"hunter2".to_vec()),
            // The case has a value of its own.
            (b"Authorization".to_vec(), b"Bearer swordfish".to_vec()),
        ];
        let redactor = Redactor::new(&given, Some(b"session=abcd"));
        let headers: [(&str, &[u8]); 3] = [
            ("X-Api-Key", b"hunter2"),
            ("Cookie", b"session=abcd"),
            ("Authorization", b"Bearer invented"),
        ];
        let mut with_secret = request("GET", &headers);
        with_secret.path = b"/?k=hunter2".to_vec();
        let line = curl(&with_secret, &redactor, &[]);
        assert!(
            !line.contains("hunter2") && !line.contains("abcd"),
            "{line}"
        );
        assert!(
            line.contains(
                "-H \"X-Api-Key: $X_API_KEY\" -H \"Cookie: $COOKIE\" -H 'Authorization: Bearer invented'"
            ),
            "{line}"
        );
        let line = curl(&with_secret, &Redactor::default(), &[]);
        assert!(line.contains("-H 'Cookie: session=abcd'"), "{line}");
    }

    #[test]
    fn bodies_keep_their_type_and_zero_bytes() {
        let mut post = request("POST", &[]);
        post.body = Some(b"@a=b".to_vec());
        let line = curl(&post, &Redactor::default(), &[]);
        assert!(
            line.contains("-X POST -H Content-Type: --data-raw @a=b "),
            "{line}"
        );
        post.body = Some(b"a\0".to_vec());
        let line = curl(&post, &Redactor::default(), &[]);
        assert!(
            line.starts_with(r"printf '\141\000' | curl ") && line.contains("--data-binary @- "),
            "{line}"
        );
    }
}
