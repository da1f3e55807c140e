//! What a server seems to allow, learnt by asking it, where nobody stated its policy.
//!
//! [`infer`] asks a bounded number of questions one after the other: GET (or what [`Options::method`] says) and OPTIONS alone, each as
//! a page would ask, with the model user agent as the judge of the answer. What it learns is a
//! [policy](Inferred::policy), and per line of it the [`Evidence`]: what was asked, what came of it, and what
//! asking cannot tell. [`Inferred::toml`] writes both down, to be corrected and kept.
//!
//! Two things are never taken for a policy, whatever the answers: credentials for any origin, and
//! credentials for `null`. Either lets every page act as its visitors. The cases then fail where
//! the server grants it.

mod asker;
mod inferred;
mod learn;
mod origins;
mod toml;

use std::rc::Rc;

use crate::control::Halt;
use crate::event::Mode;
use crate::exit::Exit;
use crate::kit::Site;
use crate::options::Options;
use crate::session::Session;
use crate::target::Target;

use self::asker::Asker;

pub use self::inferred::{Evidence, Inferred, MOST_REQUESTS};

/// Asks a server what it allows. `origins` are serialized origins that it may well allow; they are
/// asked beside those that can be guessed. Headers and cookies of the options are sent along; methods
/// other than GET, HEAD, OPTIONS and [`Options::method`] are not, whatever else the options say.
///
/// Needs a tokio runtime with I/O and time.
///
/// # Errors
///
/// Why nothing can be learnt.
pub async fn infer(
    target: Rc<dyn Target>,
    origins: &[String],
    options: &Options,
) -> Result<Inferred, Halt> {
    let options = Options {
        unsafe_methods: false,
        trace: false,
        ..options.clone()
    };
    let session = Session::new(&options, Mode::Probe, true);
    let site = Site {
        target,
        policy: Rc::new(asker::nothing_known()),
    };
    tokio::select! {
        biased;
        inferred = learn(Asker::new(site, session), origins) => inferred,
        () = tokio::time::sleep(options.time_left()) => Err(Halt {
            exit: Exit::CutShort,
            text: format!(
                "the run was cut short: what the target allows was not learnt within {} s",
                options.deadline.as_secs()
            ),
        }),
    }
}

async fn learn(mut asker: Asker<'_>, origins: &[String]) -> Result<Inferred, Halt> {
    let plain = asker.control(origins).await?;
    learn::Learn::new(asker, &plain).everything(origins).await
}
