//! Where connections go: what replaces a name's addresses or the whole destination, and a proxy.
//! Names, forms and meanings are curl's.

mod notation;
mod proxy;
mod rule;
mod way;

pub use self::notation::RouteError;
pub(super) use self::notation::plain;
pub use self::proxy::Proxy;
pub use self::rule::{ConnectTo, Resolve};
pub use self::way::Route;
pub(super) use self::way::{Hop, Way, is_localhost, is_loopback};
