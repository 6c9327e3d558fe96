//! The one table of operations: what each looks like to a flow, and the function behind it.

use futures::future::{BoxFuture, ready};
use sqlx::PgConnection;

use crate::flows::operation::salon as signature;
use crate::flows::{Environment, Question, Signature};
use crate::store::AppPool;

use super::asker::{Answered, Asker, Trouble};
use super::salon;

/// The function behind an operation.
#[derive(Debug, Clone, Copy)]
pub enum Run {
    /// Reads in the round's transaction. A guarded operation reads first too, and leaves its effect to the commit.
    Read(for<'a> fn(&'a mut PgConnection, &'a Asker<'a>, &'a Question) -> BoxFuture<'a, Result<Answered, Trouble>>),
    /// Writes in a transaction of its own.
    Reserve(for<'a> fn(&'a AppPool, &'a Asker<'a>, &'a Question) -> BoxFuture<'a, Result<Answered, Trouble>>),
}

/// One operation.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub signature: &'static Signature,
    pub run: Run,
}

/// All operations, those of a product together.
pub const ENTRIES: &[Entry] = &[
    Entry { signature: &signature::SERVICES, run: Run::Read(|c, a, _| Box::pin(salon::services::answer(c, a))) },
    Entry { signature: &signature::STAFF_FOR, run: Run::Read(|c, a, q| Box::pin(salon::staff::answer(c, a, q))) },
    Entry { signature: &signature::FREE_DAYS, run: Run::Read(|c, a, q| Box::pin(salon::days::answer(c, a, q))) },
    Entry { signature: &signature::FREE_SLOTS, run: Run::Read(|c, a, q| Box::pin(salon::slots::answer(c, a, q))) },
    Entry { signature: &signature::HOLD_SLOT, run: Run::Reserve(|p, a, q| Box::pin(salon::hold::answer(p, a, q))) },
    Entry { signature: &signature::RELEASE_HOLD, run: Run::Read(|_, _, q| Box::pin(ready(salon::release::answer(q)))) },
    Entry { signature: &signature::BOOK_VISIT, run: Run::Read(|c, a, q| Box::pin(salon::book::answer(c, a, q))) },
    Entry { signature: &signature::MY_VISITS, run: Run::Read(|c, a, _| Box::pin(salon::visits::answer(c, a))) },
    Entry { signature: &signature::CANCEL_VISIT, run: Run::Read(|c, a, q| Box::pin(salon::cancel::answer(c, a, q))) },
    Entry { signature: &signature::MOVE_VISIT, run: Run::Read(|c, a, q| Box::pin(salon::shift::answer(c, a, q))) },
    Entry { signature: &signature::ABOUT_SALON, run: Run::Read(|c, a, _| Box::pin(salon::about::answer(c, a))) },
    Entry {
        signature: &signature::LEAVE_FEEDBACK,
        run: Run::Read(|c, a, q| Box::pin(salon::feedback::answer(c, a, q))),
    },
    Entry {
        signature: &signature::RECORD_CONSENT,
        run: Run::Read(|_, a, q| Box::pin(ready(salon::consent::record(a, q)))),
    },
    Entry { signature: &signature::HAS_CONSENT, run: Run::Read(|c, a, q| Box::pin(salon::consent::known(c, a, q))) },
];

/// What a flow may name of it all: every operation of this release.
pub fn environment() -> Environment {
    let signatures: Vec<Signature> = ENTRIES.iter().map(|entry| *entry.signature).collect();
    Environment::of(&signatures)
}

/// The operation of that name.
pub fn find(name: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.signature.name == name)
}
