//! The fixes for a failed case: changes of the responses, each tried before it is shown.
//!
//! [`withdraw`] and [`check`] know what may help, the model knows it of what it refuses; [`search`]
//! applies it to the answers, has the model and the checks judge again, and keeps what helps.

mod check;
mod search;
mod withdraw;

pub(crate) use self::search::fixes;
