use super::*;

fn messages(text: &str) -> Vec<Message> {
    read(text.as_bytes()).unwrap()
}

/// A message in short: its start, its place, and its header lines.
fn short(message: &Message) -> String {
    let (start, place, fields) = match message {
        Message::Request(request) => (
            format!(
                "{} {}",
                request.method.escape_ascii(),
                request.target.escape_ascii()
            ),
            &request.place,
            &request.fields,
        ),
        Message::Response(response) => (
            response.status.to_string(),
            &response.place,
            &response.fields,
        ),
    };
    let field = |Field { name, value }: &Field| {
        format!("; {}={}", name.escape_ascii(), value.escape_ascii())
    };
    let fields: Vec<String> = fields.iter().map(field).collect();
    format!("{start} @{place}{}", fields.concat())
}

fn all(text: &str) -> Vec<String> {
    messages(text).iter().map(short).collect()
}

#[test]
fn messages_are_read() {
    for (text, wanted) in [
        // Both ends of lines, with and without a last one.
        (
            "GET /x HTTP/1.1\r\nHost: a\r\n\r\n",
            &["GET /x @line 1; Host=a"][..],
        ),
        ("GET /x HTTP/1.1\nHost: a", &["GET /x @line 1; Host=a"]),
        // A request line without version, a URL, a byte order mark, empty lines before.
        (
            "\u{feff}\n\nGET https://a.example/x\nOrigin: null\n",
            &["GET https://a.example/x @line 3; Origin=null"],
        ),
        // Versions, missing reasons, white space around values, empty values, colons in values.
        (
            "HTTP/2 204\nA:\nB: \t b:c \t\n",
            &["204 @line 1; A=; B=b:c"],
        ),
        ("HTTP/1.1 200 OK fine\n", &["200 @line 1"]),
        // A line that continues the one before it.
        (
            "HTTP/1.1 200 OK\nA: b\n  c\n\td\nE: f\n",
            &["200 @line 1; A=b c d; E=f"],
        ),
        // Repeated names stay apart.
        ("HTTP/1.1 200 OK\nA: b\na: c\n", &["200 @line 1; A=b; a=c"]),
        // Interim responses are no answers.
        (
            "HTTP/1.1 100 Continue\n\nHTTP/1.1 103 Early Hints\nLink: x\n\nHTTP/1.1 200 OK\n",
            &["200 @line 6"],
        ),
        // Pseudo-headers of HTTP/2.
        (
            "GET /x HTTP/2\n:authority: a.example\n:scheme: https\n",
            &["GET /x @line 1; Host=a.example"],
        ),
    ] {
        assert_eq!(all(text), wanted, "{text:?}");
    }
}

#[test]
fn messages_follow_each_other() {
    for text in [
        // Without bodies.
        "GET /a HTTP/1.1\nHost: h\n\nHTTP/1.1 200 OK\nX: y\n",
        // An empty line is missing.
        "GET /a HTTP/1.1\nHost: h\nHTTP/1.1 200 OK\nX: y\n",
        // A body of the length that is said, with a start line in it.
        "GET /a HTTP/1.1\nHost: h\nContent-Length: 16\n\nHTTP/1.1 201 No\nHTTP/1.1 200 OK\nX: y\n",
        // A body that was left out.
        "GET /a HTTP/1.1\nHost: h\nContent-Length: 5\n\nHTTP/1.1 200 OK\nX: y\n",
        // A body that is longer than it says, or is cut into chunks.
        "GET /a HTTP/1.1\nHost: h\nContent-Length: 1\n\nabc\n\nHTTP/1.1 200 OK\nX: y\n",
        "GET /a HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\nHTTP/1.1 200 OK\nX: y\n",
    ] {
        let found = messages(text);
        let [Message::Request(request), Message::Response(response)] = found.as_slice() else {
            panic!("{text:?}: {found:?}");
        };
        assert_eq!(request.target, b"/a", "{text:?}");
        assert_eq!(
            (response.status, response.fields.len()),
            (200, 1),
            "{text:?}"
        );
    }
    // What is left after a body is a body too.
    assert_eq!(
        all("HTTP/1.1 200 OK\n\nGET off\nmy: lawn\n"),
        ["200 @line 1"]
    );
}

#[test]
fn whether_there_is_a_body() {
    for (text, wanted) in [
        ("POST /a HTTP/1.1\n\nx", true),
        ("POST /a HTTP/1.1\nContent-Length: 3\n", true),
        ("POST /a HTTP/1.1\nTransfer-Encoding: chunked\n", true),
        ("POST /a HTTP/1.1\nContent-Length: 0\n\n\n", false),
        ("> POST /a HTTP/1.1\n> Content-Length: 2\n>\n", true),
    ] {
        let found = messages(text);
        let [Message::Request(request)] = found.as_slice() else {
            panic!("{text:?}: {found:?}");
        };
        assert_eq!(request.has_body, wanted, "{text:?}");
    }
}

#[test]
fn the_output_of_curl_is_read() {
    let text = "\
$ curl -v https://a.example/x
*   Trying 192.0.2.1:443...
* Connected to a.example (192.0.2.1) port 443
* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384
> POST /x HTTP/2\r
> Host: a.example\r
> Content-Length: 2\r
> \r
} [2 bytes data]
< HTTP/2 100 \r
< \r
< HTTP/2 200 \r
< content-type: text/plain\r
< \r
{ [9 bytes data]
> this is a body that quotes
* Connection #0 to host a.example left intact
";
    let error = read(text.as_bytes()).unwrap_err();
    assert_eq!(error.line, 16);
    let text = text.replace("> this", "this");
    assert_eq!(
        all(&text),
        [
            "POST /x @line 5; Host=a.example; Content-Length=2",
            "200 @line 12; content-type=text/plain"
        ]
    );
    let Some(Message::Request(request)) = messages(&text).into_iter().next() else {
        panic!("no request");
    };
    assert!(request.encrypted && request.has_body);
    // As it is pasted from elsewhere: indented, without a space after the mark, unencrypted.
    let pasted = "   > GET /x HTTP/1.1\n   > Host: a\n   >\n   < HTTP/1.1 200 OK\n   < A: b\n";
    assert_eq!(all(pasted), ["GET /x @line 1; Host=a", "200 @line 4; A=b"]);
    assert!(matches!(&messages(pasted)[0], Message::Request(request) if !request.encrypted));
}

#[test]
fn what_cannot_be_read_is_named() {
    for (text, line, said) in [
        (&b""[..], 1, "there is no message"),
        (b"\n \r\n", 1, "there is no message"),
        (b"hello", 1, "expected the first line of a message"),
        (
            b"GET x HTTP/1.1\n",
            1,
            "expected the first line of a message",
        ),
        (
            b"HTTP/1.1 20 OK\n",
            1,
            "expected the first line of a message",
        ),
        (
            b"HTTP/1.1 2000\n",
            1,
            "expected the first line of a message",
        ),
        (b"GET /x HTTP/1.1\nHost a\n", 2, "expected a header line"),
        (
            b"GET /x HTTP/1.1\nHost : a\n",
            2,
            "no space may stand around it",
        ),
        (
            b"GET /x HTTP/1.1\nH\xc3\xb6st: a\n",
            2,
            r"`H\xc3\xb6st` is not a header name",
        ),
        (b"GET /x HTTP/1.1\n: a\n", 2, "expected a header line"),
        (b"GET /x HTTP/1.1\nA: b\x00c\n", 2, r"the byte \x00"),
        (b"GET /x HTTP/1.1\nA: b\rc\n", 2, r"the byte \x0d"),
        (b"GET /x HTTP/1.1\nA: b\n c\x00\n", 3, r"the byte \x00"),
        (
            b"> Host: a\n> GET /x HTTP/1.1\n",
            1,
            "before the first header line",
        ),
        (b"\xff\xfeG\x00E\x00T\x00", 1, "UTF-16"),
    ] {
        let error = read(text).unwrap_err();
        let shown = error.to_string();
        assert_eq!(error.line, line, "{shown}");
        assert!(shown.contains(said), "{shown}");
    }
}

#[test]
fn no_bytes_make_it_panic() {
    let seeds: [&[u8]; 3] = [
        b"GET https://a.example/x HTTP/1.1\r\nHost: a\r\n folded\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\nA: b\r\n\r\n",
        b"* Connected to\n> GET /x HTTP/2\n> :authority: a\n>\n< HTTP/2 204\n< a: b\n<\n",
        b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\nGET / HTTP/1.1\n",
    ];
    crate::torture::torture(&seeds, |bytes| match read(bytes) {
        Ok(messages) => assert!(!messages.is_empty()),
        Err(error) => assert!(error.line > 0 && !error.said.is_empty()),
    });
}
