//! What servers of HTTP/2 do.

use super::server::Do::{Close, Forever, Hang, Send, Wait};
use super::server::{Asked, Do, Kind, Over, frame};

/// A server that does something else with each request.
const fn kind(name: &'static str, ends: i32, script: fn(&Asked) -> Vec<Do>) -> Kind {
    Kind::new(Over::Http2, name, ends, script)
}

/// `:status: 200` and `access-control-allow-origin: *`, without indexing (RFC 7541).
fn granted() -> Vec<u8> {
    [
        b"\x88".to_vec(),
        literal("access-control-allow-origin", b"*"),
    ]
    .concat()
}

fn literal(name: &str, value: &[u8]) -> Vec<u8> {
    let length = |text: &[u8]| vec![u8::try_from(text.len()).unwrap()];
    let name = name.as_bytes();
    [
        vec![0],
        length(name),
        name.to_vec(),
        length(value),
        value.to_vec(),
    ]
    .concat()
}

fn headers(flags: u8, stream: u32, block: &[u8]) -> Do {
    Send(frame(1, 4 | flags, stream, block))
}

/// The answer with one more field.
fn field(asked: &Asked, name: &str, value: &[u8]) -> Vec<Do> {
    let block = [granted(), literal(name, value)].concat();
    answer(asked, vec![headers(1, asked.stream, &block)])
}

/// Settings when the connection begins, and this for each request.
fn answer(asked: &Asked, answer: Vec<Do>) -> Vec<Do> {
    with_settings(asked, b"", answer)
}

fn with_settings(asked: &Asked, settings: &[u8], answer: Vec<Do>) -> Vec<Do> {
    if asked.begins() {
        vec![Send(frame(4, 0, 0, settings))]
    } else {
        answer
    }
}

/// The answer anybody may read, under these settings of the server: number and value.
fn under(asked: &Asked, number: u8, value: u32) -> Vec<Do> {
    let settings = [&[0, number], value.to_be_bytes().as_slice()].concat();
    with_settings(asked, &settings, vec![headers(1, asked.stream, &granted())])
}

/// A flood on the connection from its beginning on.
fn flood(asked: &Asked, frames: Vec<u8>) -> Vec<Do> {
    let mut all = answer(asked, Vec::new());
    all.push(Forever(frames));
    all
}

fn reset(asked: &Asked, code: u32) -> Vec<Do> {
    answer(
        asked,
        vec![Send(frame(3, 0, asked.stream, &code.to_be_bytes()))],
    )
}

fn go_away(code: u8, more: &[u8]) -> Do {
    Send(frame(
        7,
        0,
        0,
        &[&[0, 0, 0, 0, 0, 0, 0, code], more].concat(),
    ))
}

const NOISE: &[u8] = b"\x1b[2J\n::error::x";

/// Each kind.
pub(super) const KINDS: &[Kind] = &[
    kind("h2-to-all", 1, |asked| {
        answer(asked, vec![headers(1, asked.stream, &granted())])
    }),
    kind("h2-no-settings", 3, |_| vec![Hang]),
    kind("h2-no-streams", 3, |asked| under(asked, 3, 0)),
    kind("h2-no-window", 1, |asked| under(asked, 4, 0)),
    kind("h2-table-of-4-gib", 1, |asked| under(asked, 1, u32::MAX)),
    kind("h2-push-of-7", 3, |asked| under(asked, 2, 7)),
    kind("h2-frame-size-max", 1, |asked| under(asked, 5, 0xff_ffff)),
    kind("h2-settings-of-3-bytes", 3, |asked| {
        with_settings(asked, b"xxx", Vec::new())
    }),
    kind("h2-http-1", 3, |_| {
        vec![Send(b"HTTP/1.1 200 OK\r\n\r\n".into()), Hang]
    }),
    kind("h2-garbage", 3, |asked| {
        answer(asked, vec![Send((0..=255).cycle().take(5000).collect())])
    }),
    kind("h2-settings-flood", 3, |asked| {
        flood(asked, frame(4, 0, 0, &[0, 4, 0, 0, 255, 255]).repeat(999))
    }),
    kind("h2-ping-flood", 3, |asked| {
        flood(asked, frame(6, 0, 0, b"12345678").repeat(999))
    }),
    kind("h2-priority-flood", 3, |asked| {
        flood(asked, frame(2, 0, 1, b"\0\0\0\0\x01").repeat(999))
    }),
    kind("h2-window-flood", 3, |asked| {
        flood(asked, frame(8, 0, 0, &[0, 0, 0, 1]).repeat(999))
    }),
    kind("h2-unknown-flood", 3, |asked| {
        flood(asked, frame(0x99, 0, 0, &[b'x'; 16_000]).repeat(20))
    }),
    kind("h2-reset-flood", 3, |asked| {
        let reset = frame(3, 0, asked.stream, &[0, 0, 0, 2]).repeat(10_000);
        answer(
            asked,
            vec![headers(0, asked.stream, &granted()), Send(reset)],
        )
    }),
    kind("h2-continuation-flood", 3, |asked| {
        let more = literal("a", b"b").repeat(3000);
        let begin = Send(frame(1, 0, asked.stream, b"\x88"));
        answer(
            asked,
            vec![begin, Forever(frame(9, 0, asked.stream, &more))],
        )
    }),
    kind("h2-continuation-empty", 3, |asked| {
        let begin = Send(frame(1, 0, asked.stream, b""));
        answer(
            asked,
            vec![begin, Forever(frame(9, 0, asked.stream, b"").repeat(999))],
        )
    }),
    kind("h2-trailers-flood", 3, |asked| {
        let trailers = headers(0, asked.stream, &literal("a", b"b"));
        answer(
            asked,
            [
                vec![headers(0, asked.stream, &granted())],
                vec![trailers; 10],
            ]
            .concat(),
        )
    }),
    kind("h2-interim-flood", 3, |asked| {
        let interim = frame(
            1,
            4,
            asked.stream,
            &[b"\x08\x03".as_slice(), b"103"].concat(),
        );
        answer(asked, vec![Forever(interim.repeat(999))])
    }),
    kind("h2-window-overflow", 3, |asked| {
        let more = frame(8, 0, 0, &0x7fff_ffff_u32.to_be_bytes()).repeat(3);
        [answer(asked, Vec::new()), vec![Send(more)]].concat()
    }),
    kind("h2-window-stall", 1, |asked| {
        answer(asked, vec![headers(0, asked.stream, &granted())])
    }),
    kind("h2-beyond-window", 3, |asked| {
        let data = frame(0, 0, asked.stream, &[b'x'; 16_384]);
        answer(
            asked,
            vec![headers(0, asked.stream, &granted()), Forever(data)],
        )
    }),
    kind("h2-reset", 3, |asked| reset(asked, 8)),
    kind("h2-refused", 3, |asked| reset(asked, 7)),
    kind("h2-reset-in-body", 3, |asked| {
        let data = [
            frame(0, 0, asked.stream, b"x"),
            frame(3, 0, asked.stream, &[0, 0, 0, 2]),
        ];
        answer(
            asked,
            vec![headers(0, asked.stream, &granted()), Send(data.concat())],
        )
    }),
    kind("h2-other-stream", 3, |asked| {
        answer(asked, vec![headers(1, asked.stream + 2, &granted())])
    }),
    kind("h2-even-stream", 3, |asked| {
        answer(asked, vec![headers(1, 2, &granted())])
    }),
    kind("h2-push", 3, |asked| {
        let block = [&[0, 0, 0, 2], b"\x82\x86\x84".as_slice()].concat();
        answer(asked, vec![Send(frame(5, 4, asked.stream, &block))])
    }),
    kind("h2-go-away", 3, |asked| {
        answer(asked, vec![go_away(0, &NOISE.repeat(500))])
    }),
    kind("h2-go-away-with-error", 3, |asked| {
        answer(asked, vec![go_away(11, &NOISE.repeat(500))])
    }),
    kind("h2-go-away-and-close", 3, |asked| {
        answer(asked, vec![go_away(0, b""), Close])
    }),
    kind("h2-header-bomb", 3, |asked| {
        // A field of 4000 bytes in the table, and 11,000 references to it.
        let entry = [b"\x88\x40\x01a\x7f\xa1\x1e".to_vec(), b"x".repeat(4000)].concat();
        answer(
            asked,
            vec![headers(
                0,
                asked.stream,
                &[entry, b"\xbe".repeat(11_000)].concat(),
            )],
        )
    }),
    kind("h2-no-status", 3, |asked| {
        answer(asked, vec![headers(1, asked.stream, &literal("a", b"b"))])
    }),
    kind("h2-upper-case", 3, |asked| field(asked, "FOO", b"b")),
    kind("h2-connection-header", 3, |asked| {
        field(asked, "connection", b"close")
    }),
    kind("h2-transfer-encoding", 3, |asked| {
        field(asked, "transfer-encoding", b"chunked")
    }),
    kind("h2-control-in-value", 3, |asked| {
        field(asked, "foo", b"a\0\x1b\nb")
    }),
    kind("h2-many-headers", 3, |asked| {
        let many: Vec<u8> = (0..900)
            .flat_map(|number| literal(&format!("h{number}"), b"x"))
            .collect();
        answer(
            asked,
            vec![headers(1, asked.stream, &[granted(), many].concat())],
        )
    }),
    kind("h2-big-frame", 3, |asked| {
        answer(asked, vec![headers(0, asked.stream, &[b'x'; 100_000])])
    }),
    kind("h2-bad-huffman", 3, |asked| {
        answer(
            asked,
            vec![headers(
                1,
                asked.stream,
                b"\x88\x00\x81\xff\x85\xff\xff\xff\xff\xff",
            )],
        )
    }),
    kind("h2-endless-body", 3, |asked| {
        let data = frame(0, 0, asked.stream, &[b'x'; 100]);
        answer(
            asked,
            vec![headers(0, asked.stream, &granted()), Forever(data)],
        )
    }),
    kind("h2-empty-data", 3, |asked| {
        let data = frame(0, 0, asked.stream, b"").repeat(999);
        answer(
            asked,
            vec![headers(0, asked.stream, &granted()), Forever(data)],
        )
    }),
    kind("h2-padding", 3, |asked| {
        let data = frame(0, 8, asked.stream, &[&[255], [0; 255].as_slice()].concat());
        answer(
            asked,
            vec![
                headers(0, asked.stream, &granted()),
                Forever(data.repeat(99)),
            ],
        )
    }),
    kind("h2-length-mismatch", 3, |asked| {
        let block = [granted(), literal("content-length", b"5")].concat();
        let data = Send(frame(0, 1, asked.stream, b"abc"));
        answer(asked, vec![headers(0, asked.stream, &block), data])
    }),
    kind("h2-late", 3, |asked| {
        answer(
            asked,
            vec![Wait(5000), headers(1, asked.stream, &granted())],
        )
    }),
];
