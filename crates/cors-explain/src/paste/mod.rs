//! What people paste: HTTP text, what `curl` shows, its command, a request as browsers copy it, their
//! network panels, and the words on their consoles.

mod console_words;
mod curl;
mod fetch_call;
mod panel;
mod pasted;
mod read;
mod shell;

pub(crate) use self::console_words::{
    ConsoleExchange, ERROR, REDIRECT, other_console_words, read_console_words,
};
pub(crate) use self::pasted::Pasted;
pub(crate) use self::read::read;
