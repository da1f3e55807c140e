//! The sanity exchange: whether there is a server that speaks HTTP, before and after the cases.

use crate::exit::Exit;
use crate::kit::Site;
use crate::model;
use crate::session::Session;
use crate::target::Transport;
use crate::wire;

/// Makes a plain GET of the resource, as of no page.
pub(crate) async fn sanity(site: &Site, session: &Session<'_>) -> Result<(), Transport> {
    let url = site.target.url();
    let request = wire::Request {
        method: b"GET".to_vec(),
        base: url.origin().serialize().into_owned(),
        path: model::path_and_query(url),
        headers: vec![(b"Accept".to_vec(), b"*/*".to_vec())],
        body: None,
    };
    session
        .exchange(
            site,
            session.sent_by_browser(session.sent_by_client(request)),
            false,
        )
        .await
        .1
        .map(drop)
}

/// Whether nothing should be judged after a first sanity exchange that ended like this, with the
/// exit and the reason.
pub fn why_not_to_start(transport: &Transport) -> Option<(Exit, String)> {
    match transport {
        Transport::Unresolvable { .. }
        | Transport::Unreachable { .. }
        | Transport::ConnectTimeout(_)
        | Transport::Proxy(_)
        | Transport::Tls(_) => Some((
            Exit::Unreachable,
            format!("the target is unreachable: {transport}"),
        )),
        Transport::HeadTimeout(_) | Transport::HeadTooLarge { .. } | Transport::NotHttp(_) => {
            Some((
                Exit::Unreachable,
                format!("the target is not understood: {transport}"),
            ))
        }
        Transport::NotLoopback(_) | Transport::Unsendable(_) => {
            Some((Exit::Usage, transport.to_string()))
        }
        // It may be how the target fails; the cases will tell.
        Transport::Closed(_)
        | Transport::HeadIncomplete(_)
        | Transport::BodyIncomplete(_)
        | Transport::OffTarget(_)
        | Transport::Withheld(_) => None,
    }
}
