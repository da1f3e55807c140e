//! The engines that dialects belong to.

use super::Dialect;

/// A browser engine that was looked at.
///
/// What it departs from is what it is to [fetch](https://fetch.spec.whatwg.org/#concept-fetch).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Engine {
    /// Chromium.
    Chromium,
    /// Firefox.
    Firefox,
    /// WebKitGTK, by its MiniBrowser.
    Webkit,
}

impl Engine {
    /// All engines.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::Webkit];

    /// Its name in commands and files.
    ///
    /// What it departs from is what it is to [fetch](https://fetch.spec.whatwg.org/#concept-fetch).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::Webkit => "webkit",
        }
    }

    /// How the model has to depart from the standard to do as it does.
    ///
    /// What it departs from is what it is to [fetch](https://fetch.spec.whatwg.org/#concept-fetch).
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::Chromium => Dialect::CHROMIUM,
            Self::Firefox => Dialect::FIREFOX,
            Self::Webkit => Dialect::WEBKIT,
        }
    }
}
