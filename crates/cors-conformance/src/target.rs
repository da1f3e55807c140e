//! What is tested: a server whose policy was stated, one that takes on the named policies, a
//! command that starts such servers, or the reference server in this program.

use std::path::Path;
use std::rc::Rc;

use cors_harness::command::Command;
use cors_harness::control::Halt;
use cors_harness::exit::Exit;
use cors_harness::kit::{Kit, KitError, Offer, Subject};
use cors_harness::target::UrlTarget;
use cors_harness::target::pace::Pace;
use cors_harness::target::url::UrlOptions;
use cors_harness::wire::Line;
use cors_model::host::Host;
use cors_model::url::Url;
use cors_vectors::Library;
use cors_vectors::input;
use cors_vectors::policy::Policy;
use cors_vectors::read::read_policy_toml;

use crate::args::RunArgs;
use crate::message;
use crate::reference::Reference;
use crate::stop::Stop;

/// What is tested.
pub(crate) enum Target {
    /// What is there already.
    Subject(Subject),
    /// What is there already, of which nobody said what it allows.
    Unknown(Rc<dyn cors_harness::target::Target>),
    /// What is started for each policy.
    Command(Command),
}

/// The target that the arguments name, in words.
pub(crate) fn name(args: &RunArgs) -> String {
    match (&args.target.cmd, &args.target.url) {
        (Some(line), _) => format!("the command {line}"),
        (None, Some(url)) => url.to_string(),
        (None, None) => "the reference server in this program".to_owned(),
    }
}

/// The target that the arguments name. A URL without a policy is asked for the policies it takes
/// on, with these header lines. The inner error says why it cannot be tested.
pub(crate) async fn find(
    args: &RunArgs,
    library: &Library,
    headers: &[Line],
) -> Result<Result<Target, Halt>, Stop> {
    if let Some(line) = &args.target.cmd {
        let timeout = args.target.start_timeout;
        return Ok(Ok(Target::Command(Command {
            line: line.clone(),
            start_timeout: timeout.unwrap_or(Command::START_TIMEOUT),
        })));
    }
    let Some(url) = &args.target.url else {
        if args.target.policy.is_some() {
            return Err(Stop::usage(
                "--policy says what a server is meant to allow: name the server as well, --policy FILE <URL>",
            ));
        }
        // A reference server that cannot be set up is our own mistake.
        let kit = Kit::in_process(&Reference, library.policies()).map_err(Stop::bug)?;
        return Ok(Ok(Target::Subject(Subject::Kit(kit))));
    };
    check_reach(url, args.requests.transport.remote)?;
    if args.requests.transport.http2 && url.scheme() == "http" {
        return Err(Stop::usage(
            "--http2 is agreed on within TLS, and the URL is http: \
             --http2-prior-knowledge speaks HTTP/2 without it",
        ));
    }
    let options = UrlOptions {
        pace: args.requests.rate.map(Pace::a_second),
        ..args.requests.transport.options()?
    };
    let mut with_cookies = headers.to_vec();
    let cookies = args.requests.cookies();
    with_cookies.extend(cookies.map(|cookies| (b"Cookie".to_vec(), cookies.into_bytes())));
    let subject = match &args.target.policy {
        Some(file) => {
            let policy = policy(file)?;
            let target = UrlTarget::new(url, &options).map_err(Stop::usage)?;
            Subject::with_policy(Rc::new(target), policy)
        }
        None => match Kit::offered(url, library.policies(), &options, &with_cookies).await {
            Ok(Offer::Kit(kit)) => {
                if let Some(option) = args.probe.given() {
                    return Err(Stop::usage(format_args!(
                        "{option} is for a server whose policy is not known, and this one takes on \
                         the policies of the cases (/kit.json)"
                    )));
                }
                Subject::Kit(kit)
            }
            Err(error @ KitError::Target(_)) => return Err(Stop::usage(error)),
            // What keeps it from answering is named by the control exchange.
            offer @ (Ok(Offer::Nothing | Offer::Unreadable(_)) | Err(KitError::Transport(_))) => {
                if let Ok(Offer::Unreadable(why)) = offer {
                    message::note(&format!("{why}: the server is taken for one without a kit"));
                }
                let target = UrlTarget::new(url, &options).map_err(Stop::usage)?;
                return Ok(Ok(Target::Unknown(Rc::new(target))));
            }
            Err(error) => {
                return Ok(Err(Halt {
                    exit: Exit::Unreachable,
                    text: error.to_string(),
                }));
            }
        },
    };
    Ok(Ok(Target::Subject(subject)))
}

pub(crate) fn policy(file: &Path) -> Result<Policy, Stop> {
    let text = input::text(file, input::Kind::POLICY).map_err(|error| Stop::input(&error))?;
    read_policy_toml(&file.display().to_string(), &text).map_err(Stop::usage)
}

/// An address that is not this machine's needs leave. What a name stands for is looked at when it
/// is connected to; see [`Route`](cors_harness::target::route::Route).
fn check_reach(url: &Url, remote: bool) -> Result<(), Stop> {
    let here = match url.host() {
        Some(host @ (Host::Ipv4(_) | Host::Ipv6(_))) => host.is_loopback(),
        Some(Host::Domain(_) | Host::Opaque(_)) | None => true,
    };
    if here || remote {
        return Ok(());
    }
    Err(Stop::usage(format_args!(
        "{url} is not on this machine: give --remote if you may test it"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_machines_need_leave() {
        let reach = |url: &str, remote| check_reach(&Url::parse(url).unwrap(), remote).is_ok();
        assert!(reach("http://127.0.0.1/", false));
        assert!(reach("http://127.8.8.8/", false));
        assert!(reach("http://[::1]:80/", false));
        assert!(reach("http://localhost/", false));
        assert!(!reach("http://192.0.2.1/", false));
        assert!(!reach("http://[::ffff:192.0.2.1]/", false));
        assert!(!reach("http://0.0.0.0/", false));
        assert!(reach("http://192.0.2.1/", true));
    }
}
