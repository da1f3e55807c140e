//! How browsers write `Access-Control-Request-Headers`.

use cors_vectors::names::is_token;

/// Whether these lines are as browsers write them: one, of names in small letters, each once, in
/// order, with a comma between them. A blank behind the comma is what they wrote for years.
pub(crate) fn is_written_as_by_browsers(lines: &[Vec<u8>]) -> bool {
    let line = match lines {
        [] => return true,
        [line] => line,
        [_, _, ..] => return false,
    };
    let names = line.split(|byte| *byte == b',').enumerate();
    let names: Vec<&[u8]> = names
        .map(|(at, name)| match name.strip_prefix(b" ") {
            Some(rest) if at > 0 => rest,
            Some(_) | None => name,
        })
        .collect();
    let is_name = |name: &&[u8]| is_token(name) && !name.iter().any(u8::is_ascii_uppercase);
    names.iter().all(is_name) && names.is_sorted_by(|one, next| one < next)
}
