//! Routers that take other spellings of a path for the same.

use std::borrow::Cow;

/// Escaped letters and digits are read as what they stand for.
pub(crate) fn decoded(path: &str) -> Cow<'_, str> {
    unescape(path, |byte| byte.is_ascii_alphanumeric())
}

/// Several slashes in a row are one.
pub(crate) fn with_slashes_merged(path: &str) -> Cow<'_, str> {
    let mut path: Cow<'_, str> = path.into();
    while path.contains("//") {
        path = path.replace("//", "/").into();
    }
    path
}

/// A slash at the end does not count.
pub(crate) fn without_slash_at_end(path: &str) -> Cow<'_, str> {
    let without = path.strip_suffix('/').filter(|path| !path.is_empty());
    without.unwrap_or(path).into()
}

/// Capitals are small letters.
pub(crate) fn in_lower_case(path: &str) -> Cow<'_, str> {
    path.to_ascii_lowercase().into()
}

/// Escaped slashes and dots are read as such; a segment of two dots leads up, one of one dot nowhere.
pub(crate) fn with_dots_resolved(path: &str) -> Cow<'_, str> {
    let path = unescape(path, |byte| matches!(byte, b'/' | b'.'));
    let mut segments = Vec::new();
    for segment in path.split('/').skip(1) {
        match segment {
            "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    let resolved: String = segments.iter().flat_map(|segment| ["/", segment]).collect();
    resolved.into()
}

/// All of these at once.
pub(crate) fn every_spelling(path: &str) -> Cow<'_, str> {
    let path = decoded(path);
    let path = with_dots_resolved(&path);
    let path = with_slashes_merged(&path);
    let path = without_slash_at_end(&path);
    in_lower_case(&path).into_owned().into()
}

/// Escapes of bytes of which `is_read` says so are read; others stay.
fn unescape(path: &str, is_read: impl Fn(u8) -> bool) -> Cow<'_, str> {
    let mut parts = path.split('%');
    let mut read = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.get(..2).filter(|digits| !digits.starts_with('+'));
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let byte = byte.filter(|byte| is_read(*byte));
        if let Some((byte, rest)) = byte.zip(part.get(2..)) {
            read.push(char::from(byte));
            read.push_str(rest);
        } else {
            read.push('%');
            read.push_str(part);
        }
    }
    read.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_router_takes_its_spelling_for_the_path() {
        for (router, path) in [
            (decoded as fn(&str) -> Cow<'_, str>, "/a/resourc%65"),
            (with_slashes_merged, "/a///resource"),
            (without_slash_at_end, "/a/resource/"),
            (in_lower_case, "/a/RESOURCE"),
            (with_dots_resolved, "/x/..%2Fa/.%2fresource"),
            (every_spelling, "/x/..%2FA//resourc%65/"),
        ] {
            assert_eq!(router(path), "/a/resource", "{path}");
            assert_eq!(router("/a/resource"), "/a/resource", "{path}");
        }
        assert_eq!(decoded("/%/%zz/%2F%6"), "/%/%zz/%2F%6");
        assert_eq!(without_slash_at_end("/"), "/");
    }
}
