//! The strings of the standard that choose between ways to go, as enumerations.

/// Defines an enumeration whose members are strings in the standard.
macro_rules! strings {
    ($(#[$about:meta])* $name:ident { $($(#[$of:meta])* $member:ident = $string:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $string, "`")] $(#[$of])* $member,)+
        }

        impl $name {
            /// The string that the standard uses.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$member => $string,)+
                }
            }

            /// The member for a string of the standard.
            pub fn from_string(text: &str) -> Option<Self> {
                match text {
                    $($string => Some(Self::$member),)+
                    _ => None,
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use strings;

strings! {
    /// A request's mode: <https://fetch.spec.whatwg.org/#concept-request-mode>
    RequestMode {
        SameOrigin = "same-origin",
        Cors = "cors",
        NoCors = "no-cors",
        Navigate = "navigate",
        WebSocket = "websocket",
        WebTransport = "webtransport",
    }
}

strings! {
    /// A request's credentials mode:
    /// <https://fetch.spec.whatwg.org/#concept-request-credentials-mode>
    CredentialsMode {
        Omit = "omit",
        SameOrigin = "same-origin",
        Include = "include",
    }
}

strings! {
    /// A request's cache mode, for the HTTP cache:
    /// <https://fetch.spec.whatwg.org/#concept-request-cache-mode>
    CacheMode {
        Default = "default",
        NoStore = "no-store",
        Reload = "reload",
        NoCache = "no-cache",
        ForceCache = "force-cache",
        OnlyIfCached = "only-if-cached",
    }
}

strings! {
    /// A request's redirect mode:
    /// <https://fetch.spec.whatwg.org/#concept-request-redirect-mode>
    RedirectMode {
        Follow = "follow",
        Error = "error",
        Manual = "manual",
    }
}

strings! {
    /// A request's response tainting:
    /// <https://fetch.spec.whatwg.org/#concept-request-response-tainting>
    ResponseTainting {
        Basic = "basic",
        Cors = "cors",
        Opaque = "opaque",
    }
}

strings! {
    /// How far a request's redirects have led it away:
    /// <https://fetch.spec.whatwg.org/#concept-request-tainted-origin>
    RedirectTaint {
        SameOrigin = "same-origin",
        SameSite = "same-site",
        CrossSite = "cross-site",
    }
}
