//! Other spellings of a path, such as pages can ask for and servers may take for the same.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Another spelling of a path. URL parsers leave each of them as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Spelling {
    /// A slash at the end, or none where there is one.
    TrailingSlash,
    /// The slash in front of the last segment twice.
    DoubledSlash,
    /// The last letter or digit percent-encoded.
    EscapedLetter,
    /// The letters of the last segment in the other case: capitals, or small where there is none that
    /// is not one.
    OtherCase,
    /// Down into a folder and up again with `..%2F`, once for each level. The folder is that of another
    /// resource of the policy, where there is one, else `x` beside the last segment.
    EscapedDots,
}

impl Spelling {
    /// Every spelling.
    pub const ALL: [Self; 5] = [
        Self::TrailingSlash,
        Self::DoubledSlash,
        Self::EscapedLetter,
        Self::OtherCase,
        Self::EscapedDots,
    ];

    /// A path in this spelling; `None` where it has none. `folder` is the path of another resource,
    /// with a slash at its end.
    pub fn of(self, path: &str, folder: Option<&str>) -> Option<String> {
        let end = path.strip_suffix('/').unwrap_or(path);
        let (parent, last) = path.split_at(end.rfind('/')?.checked_add(1)?);
        let respelled = match self {
            Self::TrailingSlash => match path.strip_suffix('/') {
                Some(without) => without.to_owned(),
                None => format!("{path}/"),
            },
            Self::DoubledSlash => format!("{parent}/{last}"),
            Self::EscapedLetter => {
                let (at, letter) = plain_characters(last).last()?;
                let (before, from) = last.split_at(at);
                let after = from.get(1..)?;
                format!("{parent}{before}%{:02X}{after}", u32::from(letter))
            }
            Self::OtherCase => {
                let mut letters = plain_characters(last).map(|(_, letter)| letter);
                let to_upper = letters.any(|letter| letter.is_ascii_lowercase());
                let mut bytes = last.to_owned();
                for (at, letter) in plain_characters(last) {
                    let other = if to_upper {
                        letter.to_ascii_uppercase()
                    } else {
                        letter.to_ascii_lowercase()
                    };
                    bytes.replace_range(at..=at, other.encode_utf8(&mut [0; 4]));
                }
                format!("{parent}{bytes}")
            }
            Self::EscapedDots => match folder {
                Some(folder) => {
                    let shared = shared_folder(path, folder);
                    let levels = folder.get(shared..)?.matches('/').count();
                    let rest = path.get(shared..)?;
                    format!("{folder}{}{rest}", "..%2F".repeat(levels))
                }
                None => format!("{parent}x/..%2F{last}"),
            },
        };
        (respelled != path && !respelled.is_empty()).then_some(respelled)
    }
}

/// The letters and digits of a segment that are no part of an escape, with their places.
fn plain_characters(segment: &str) -> impl Iterator<Item = (usize, char)> {
    let escape = |at: usize| segment.get(at..).is_some_and(|from| from.starts_with('%'));
    segment.char_indices().filter(move |(at, letter)| {
        let within = (1..=2).any(|back| at.checked_sub(back).is_some_and(escape));
        letter.is_ascii_alphanumeric() && !within
    })
}

/// The length of the path of the folder that holds both.
fn shared_folder(path: &str, folder: &str) -> usize {
    let alike = path
        .bytes()
        .zip(folder.bytes())
        .take_while(|(one, other)| one == other);
    let alike = path.get(..alike.count()).unwrap_or_default();
    alike.rfind('/').map_or(0, |slash| slash.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_spelled_in_each_way() {
        for (path, folder, expected) in [
            (
                "/a/resource",
                None,
                [
                    Some("/a/resource/"),
                    Some("/a//resource"),
                    Some("/a/resourc%65"),
                    Some("/a/RESOURCE"),
                    Some("/a/x/..%2Fresource"),
                ],
            ),
            (
                "/p/private/v1",
                Some("/p/public/"),
                [
                    Some("/p/private/v1/"),
                    Some("/p/private//v1"),
                    Some("/p/private/v%31"),
                    Some("/p/private/V1"),
                    Some("/p/public/..%2Fprivate/v1"),
                ],
            ),
            (
                "/A/",
                Some("/open/deep/"),
                [
                    Some("/A"),
                    Some("//A/"),
                    Some("/%41/"),
                    Some("/a/"),
                    Some("/open/deep/..%2F..%2FA/"),
                ],
            ),
            (
                "/a%2F",
                None,
                [
                    Some("/a%2F/"),
                    Some("//a%2F"),
                    Some("/%61%2F"),
                    Some("/A%2F"),
                    Some("/x/..%2Fa%2F"),
                ],
            ),
            ("/", None, [None; 5]),
        ] {
            let spelled = Spelling::ALL.map(|spelling| spelling.of(path, folder));
            assert_eq!(spelled.each_ref().map(Option::as_deref), expected, "{path}");
        }
    }

    #[test]
    fn names_are_those_of_the_data() {
        let names = serde_json::to_string(&Spelling::ALL).unwrap();
        assert_eq!(
            names,
            r#"["trailing-slash","doubled-slash","escaped-letter","other-case","escaped-dots"]"#
        );
    }
}
