//! Patterns of origins: what a policy may list in place of single origins.
//!
//! | written | means |
//! |---|---|
//! | `https://*.rest` | one or more labels in front of a host |
//! | `https://{label}.rest`, `https://app.*.rest` | exactly one label |
//! | `https://preview-*--site.rest` | one or more letters, digits, hyphens and underscores within a label |
//! | `http://localhost:*` | any port, the scheme's default included |
//! | `https://*`, `chrome-extension://*` | any host and any port of a scheme |
//! | `http://10.20.0.0/16:3000`, `http://[fd00::]/8:*` | a range of addresses |

mod derive;
mod form;
mod range;
#[cfg(test)]
mod tests;

pub use derive::Near;
pub use form::{
    HostPattern, LabelPattern, OriginPattern, PortPattern, check_pattern, fits_pattern, is_pattern,
};
