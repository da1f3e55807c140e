//! First inputs for each target, cut out of the cases: what somebody found worth stating is where
//! mistakes are.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use cors_vectors::agent::{AgentCase, AgentFile, Api, Fetch};
use cors_vectors::format::format;
use cors_vectors::library;
use cors_vectors::server::Credentials;
use cors_vectors::text::{HeaderPair, Text};

use crate::{exchange, preflight, scripted};

/// Where `explain`'s own tests have their texts.
const EXPLAINED: &str = "../crates/cors-conformance/tests/explain/inputs";

/// All inputs that the cases have for a target. None for one that has no inputs of that kind.
///
/// # Errors
///
/// The cases, or the texts of `explain`'s tests, cannot be read.
pub fn of(target: &str) -> io::Result<BTreeSet<Vec<u8>>> {
    let library = library().map_err(io::Error::other)?;
    let cases = || library.agent_cases();
    let headers = || {
        cases()
            .flat_map(|case| &case.server)
            .map(|answer| lines(&answer.headers))
    };
    let asked = || {
        cases()
            .flat_map(|case| &case.fetches)
            .map(|fetch| lines(&fetch.headers))
    };
    Ok(match target {
        "header_lists" => headers().flat_map(|lines| lists(&lines)).collect(),
        "max_age" => headers()
            .filter_map(|lines| values(&lines, b"access-control-max-age"))
            .collect(),
        "safelist" => asked().flatten().map(|line| joined(&line)).collect(),
        "unsafe_names" => asked().map(|lines| text(&lines)).collect(),
        "range" => asked()
            .filter_map(|lines| values(&lines, b"range"))
            .collect(),
        "mime" => asked()
            .chain(headers())
            .filter_map(|lines| values(&lines, b"content-type"))
            .collect(),
        "origin" | "origin_urls" => headers()
            .filter_map(|lines| values(&lines, b"access-control-allow-origin"))
            .collect(),
        "cors_check" => cases()
            .flat_map(|case| case.server.iter().map(move |answer| (case, answer)))
            .map(|(case, answer)| {
                let include = case.fetches.iter().any(is_including);
                [
                    &[u8::from(include)],
                    text(&lines(&answer.headers)).as_slice(),
                ]
                .concat()
            })
            .collect(),
        "preflight" => cases().filter_map(preflight_of).collect(),
        "exchange" => cases().filter_map(exchange_of).collect(),
        // Fetches that lead somewhere: twelve bytes each, of which most are a choice.
        "cache" => (0..=255_u8).map(|seed| noise(seed, 48)).collect(),
        "script_apis" => (0..1024_u16).map(|seed| noise(seed, 32)).collect(),
        "redirects" => (0..=255_u8).map(|seed| noise(seed, 17)).collect(),
        // Choices for a policy and a short sequence.
        name if name == "sequences" || name.starts_with("differential_") => {
            (0..=255_u8).map(|seed| noise(seed, 256)).collect()
        }
        "agent_cases" | "case_reader" => cases().map(file_of).collect(),
        "policy_reader" => library
            .policies()
            .values()
            .filter_map(|named| toml::to_string(&named.policy).ok())
            .map(String::into_bytes)
            .collect(),
        "http_text" => explained("txt")?,
        "har" => explained("har")?,
        "explained" => {
            let texts = explained("txt")?.into_iter().zip(0_u8..);
            let texts = texts.map(|(text, number)| [&[number << 1], text.as_slice()].concat());
            let files = explained("har")?.into_iter();
            let files = files.map(|file| [&[1], file.as_slice()].concat());
            texts.chain(files).collect()
        }
        "junit" | "markdown" | "ndjson" | "terminal" => scripted::cases()
            .iter()
            .enumerate()
            .filter_map(|(place, _)| run_of(place))
            .collect(),
        "html" => cases()
            .enumerate()
            .filter_map(|(place, case)| page_of(place, case))
            .collect(),
        _ => BTreeSet::new(),
    })
}

/// Bytes that are the same in each run.
fn noise(seed: impl Into<u32>, length: usize) -> Vec<u8> {
    let mut state = (seed.into() + 1).wrapping_mul(2_654_435_761);
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        u8::try_from(state >> 24).unwrap_or_default()
    };
    std::iter::repeat_with(next).take(length).collect()
}

type Line = (Vec<u8>, Vec<u8>);

fn expanded(text: &Text) -> Vec<u8> {
    let fill = |name: &str| {
        let known: &[u8] = match name {
            "cross" => b"https://b.test",
            "third" => b"https://c.test",
            _ => b"https://a.test",
        };
        Some(known.to_vec())
    };
    text.expand(&fill).unwrap_or_default()
}

fn lines(pairs: &[HeaderPair]) -> Vec<Line> {
    pairs
        .iter()
        .map(|(name, value)| (expanded(name), expanded(value)))
        .collect()
}

fn joined((name, value): &Line) -> Vec<u8> {
    [name.as_slice(), b":", value].concat()
}

fn text(lines: &[Line]) -> Vec<u8> {
    lines.iter().map(joined).collect::<Vec<_>>().join(&b'\n')
}

fn values(lines: &[Line], wanted: &[u8]) -> Option<Vec<u8>> {
    let named = lines
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
    let values: Vec<&[u8]> = named.map(|(_, value)| value.as_slice()).collect();
    (!values.is_empty()).then(|| values.join(&b'\n'))
}

/// Inputs for each of the headers that are lists, with the byte that says which.
fn lists(lines: &[Line]) -> Vec<Vec<u8>> {
    let names: [&[u8]; 3] = [
        b"access-control-allow-methods",
        b"access-control-allow-headers",
        b"access-control-expose-headers",
    ];
    (0_u8..)
        .zip(names)
        .filter_map(|(place, name)| Some([&[place], values(lines, name)?.as_slice()].concat()))
        .collect()
}

fn is_including(fetch: &Fetch) -> bool {
    fetch.credentials == Credentials::Include
}

/// Where a value stands in a table, as the byte that chooses it.
fn place_of<T: PartialEq>(table: &[T], wanted: &T) -> Option<u8> {
    let place = table.iter().position(|known| known == wanted)?;
    u8::try_from(place).ok()
}

fn method_of(fetch: &Fetch, table: &[&str]) -> Option<u8> {
    let method = fetch
        .method
        .as_ref()
        .map_or_else(|| b"GET".to_vec(), expanded);
    let known = table.iter().position(|known| known.as_bytes() == method)?;
    u8::try_from(known).ok()
}

/// A case of one fetch whose first answer is one to a preflight.
fn preflight_of(case: &AgentCase) -> Option<Vec<u8>> {
    let [fetch] = case.fetches.as_slice() else {
        return None;
    };
    let answer = case.server.first()?;
    let flags = u8::from(is_including(fetch)) | u8::from(fetch.api == Api::Xhr) << 1;
    let method = method_of(fetch, preflight::METHODS)?;
    let name = u8::from(!fetch.headers.is_empty());
    let status = place_of(preflight::STATUSES, &answer.status)?;
    Some(
        [
            &[flags, method, name, status],
            text(&lines(&answer.headers)).as_slice(),
        ]
        .concat(),
    )
}

fn exchange_of(case: &AgentCase) -> Option<Vec<u8>> {
    let [fetch] = case.fetches.as_slice() else {
        return None;
    };
    let flags = u8::from(is_including(fetch)) | 4;
    let mut input = vec![flags, method_of(fetch, exchange::METHODS)?];
    input.extend(text(&lines(&fetch.headers)));
    for answer in &case.server {
        input.extend(b"\n\n");
        input.push(place_of(exchange::STATUSES, &answer.status)?);
        input.extend(text(&lines(&answer.headers)));
    }
    Some(input)
}

/// What a user may have written, with what a terminal, a page or JSON could trip over.
const WRITTEN: &[u8] =
    b"a <b>title</b> & \"more\"\nwhy it's \xe2\x80\xaeso\x1b[2J\nfetch#x\" onclick=\"y/4\nnamed <i>\n\
      other\nknown' \"as this\nfor a reason</script>";

/// A run of the case at a place, with answers of which each case gets another choice.
fn run_of(place: usize) -> Option<Vec<u8>> {
    const ANSWERS: [&[u8]; 8] = [
        b"\0access-control-allow-origin:\x11\naccess-control-allow-credentials:true\nvary:Origin",
        b"\0access-control-allow-origin:*\naccess-control-allow-headers:*",
        b"\0access-control-allow-origin:\x11\naccess-control-allow-methods:PUT, \xff\x1b[2J",
        b"\0x-echo:key \x10\nset-cookie:sid=\x10\naccess-control-allow-origin:\x10",
        b"\x02location:/resource?\xe2\x80\xae\naccess-control-allow-origin:null",
        b"\x0b",
        b"!the connection was closed \x1b]0;x\x07",
        b"\0access-control-allow-origin:\x11\nACCESS-CONTROL-ALLOW-ORIGIN: \x11\\",
    ];
    let [.., high, low] = place.to_be_bytes();
    let mut input = vec![u8::try_from(place * 37 % 256).ok()?, high, low];
    input.extend(WRITTEN);
    for number in 0..=place % 4 {
        input.extend(b"\n\n");
        input.extend(ANSWERS[(place + number * 3) % ANSWERS.len()]);
    }
    Some(input)
}

/// The page about an agent that makes the requests of a case, and others.
fn page_of(place: usize, case: &AgentCase) -> Option<Vec<u8>> {
    let [.., high, low] = place.to_be_bytes();
    let mut input = vec![u8::try_from(place % 8).ok()?, high, low];
    input.extend(WRITTEN);
    for fetch in &case.fetches {
        input.extend(b"\n\n\x01\x01");
        input.extend(
            fetch
                .method
                .as_ref()
                .map_or_else(|| b"GET".to_vec(), expanded),
        );
        input.extend(b" ?<i>\norigin:https://a.test\n");
        input.extend(text(&lines(&fetch.headers)));
    }
    for answer in case.server.iter().take(2) {
        input.extend(b"\n\n\x04\x02https://b.test/\n");
        input.extend(text(&lines(&answer.headers)));
    }
    Some(input)
}

/// A file with that case alone.
fn file_of(case: &AgentCase) -> Vec<u8> {
    let area = case.id.split('/').next().unwrap_or_default().to_owned();
    let file = AgentFile {
        schema: None,
        area,
        about: "One case.".to_owned(),
        generator: None,
        cases: vec![case.clone()],
    };
    serde_json::to_value(&file).map_or_else(|_| Vec::new(), |value| format(&value).into_bytes())
}

fn explained(extension: &str) -> io::Result<BTreeSet<Vec<u8>>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(EXPLAINED);
    let mut texts = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|own| own == extension) {
            texts.insert(fs::read(path)?);
        }
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use crate::TARGETS;

    #[test]
    fn each_target_has_seeds_and_runs_them() {
        for target in TARGETS {
            let seeds = super::of(target.name).unwrap();
            assert!(!seeds.is_empty(), "{}", target.name);
            // All of them take their time without optimization: the fuzzer runs those.
            for seed in seeds.iter().step_by(1 + seeds.len() / 40) {
                (target.run)(seed);
            }
        }
    }
}
