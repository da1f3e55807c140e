//! Room for connections: who waits where this machine has no descriptors or ports for another one.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::connection::Connection;
use crate::transport::Transport;

/// How often a connection is tried again while none of ours is left that could make room.
const TRIES: u32 = 20;
/// Between two tries, and longest wait for one of ours to end. Others may make room as well.
const BETWEEN: Duration = Duration::from_millis(50);

/// Connections that wait for a request.
pub(super) type Idle = Rc<RefCell<Vec<Connection>>>;

thread_local! {
    /// Of all clients of this thread: what one holds is missing to the others.
    static ROOM: Rc<Room> = Rc::default();
}

/// The connections of all clients of a thread.
#[derive(Debug, Default)]
pub(super) struct Room {
    idle: RefCell<Vec<Weak<RefCell<Vec<Connection>>>>>,
    /// Exchanges that hold a connection now.
    busy: Cell<usize>,
    /// Told when one of them ends.
    ended: Notify,
}

/// An exchange that holds a connection, until it is dropped.
#[derive(Debug)]
pub(super) struct Busy(Rc<Room>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy.set(self.0.busy.get().saturating_sub(1));
        self.0.ended.notify_waiters();
    }
}

impl Room {
    /// That of this thread.
    pub(super) fn of_thread() -> Rc<Self> {
        ROOM.with(Rc::clone)
    }

    /// A place for the idle connections of a client.
    pub(super) fn idle(&self) -> Idle {
        let idle = Idle::default();
        let mut all = self.idle.borrow_mut();
        all.retain(|one| one.strong_count() > 0);
        all.push(Rc::downgrade(&idle));
        idle
    }

    /// An exchange takes a connection.
    pub(super) fn enter(self: &Rc<Self>) -> Busy {
        self.busy.set(self.busy.get() + 1);
        Busy(Rc::clone(self))
    }

    /// Closes what is idle, and says whether that was anything.
    fn clear(&self) -> bool {
        let mut closed = false;
        for idle in self.idle.borrow().iter().filter_map(Weak::upgrade) {
            closed |= !idle.take().is_empty();
        }
        closed
    }

    /// Carries out `dial`, and again where this machine had no room for another connection: once
    /// what is idle is closed or one that is in use has ended. So fewer are open at a time than the
    /// caller allows. What `kept` gives by then is taken in the place of another connection.
    ///
    /// # Errors
    ///
    /// What `dial` says; [`Transport::Exhausted`] when there is no room although nothing of ours is
    /// open.
    pub(super) async fn make<T>(
        &self,
        kept: impl Fn() -> Option<T>,
        dial: impl AsyncFn() -> Result<T, Transport>,
    ) -> Result<T, Transport> {
        let mut alone = 0;
        loop {
            let ended = self.ended.notified();
            let exhausted = match dial().await {
                Err(exhausted @ Transport::Exhausted { .. }) => exhausted,
                other => return other,
            };
            if let Some(kept) = kept() {
                return Ok(kept);
            }
            if self.clear() {
                // Descriptors are given back when the runtime has its turn.
                sleep(Duration::from_millis(1)).await;
                continue;
            }
            if self.busy.get() == 0 {
                alone += 1;
                if alone > TRIES {
                    return Err(exhausted);
                }
            }
            let _ = timeout(BETWEEN, ended).await;
            if let Some(kept) = kept() {
                return Ok(kept);
            }
        }
    }
}
