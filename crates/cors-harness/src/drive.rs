//! Carries out the steps of a case over a target: what a page does through the model user agent,
//! raw requests as they are.

use crate::done::{Done, Exchange};
use crate::event::Kind;
use crate::kit::Site;
use crate::page::carry_out_fetch;
use crate::plan::{Action, PlannedSend, Task};
use crate::session::Session;
use crate::target::Transport;
use crate::unserved::unserved;
use crate::wire;

/// Carries out the steps in order, each by a fresh user agent, until one gets no answer or cannot
/// be carried out.
pub(crate) async fn drive(task: &Task, session: &Session<'_>) -> Vec<Done> {
    let mut all = Vec::new();
    for step in &task.steps {
        let done = match &step.action {
            Action::Fetch(fetch) => {
                let mut done = carry_out_fetch(fetch, &task.site, session).await;
                if done.unable.is_none() {
                    done.unable = unserved(fetch, step.verdict, &done, &task.site, session).await;
                }
                done
            }
            Action::Send(send) => carry_out_send(send, &task.site, session).await,
        };
        let over = done.broke() || done.unable.is_some();
        all.push(done);
        if over {
            break;
        }
    }
    all
}

async fn carry_out_send(send: &PlannedSend, site: &Site, session: &Session<'_>) -> Done {
    if !session.lets_out(&send.method) {
        return Done::unable(Transport::Withheld(crate::escape::escape(&send.method)).to_string());
    }
    let request = wire::Request {
        method: send.method.clone(),
        base: send.url.origin().serialize().into_owned(),
        path: send.path.clone(),
        headers: send.headers.clone(),
        body: send.body.clone(),
    };
    let (request, answer) = session
        .exchange(site, session.sent_by_client(request), send.raw)
        .await;
    let unable = match &answer {
        Err(transport) if transport.is_ours() => Some(transport.to_string()),
        Ok(_) | Err(_) => None,
    };
    let exchanges = vec![Exchange {
        kind: Kind::Raw,
        request,
        answer,
    }];
    Done {
        unable,
        ..Done::of(exchanges)
    }
}
