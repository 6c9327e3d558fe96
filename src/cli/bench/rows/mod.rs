//! The rows of the output, a file each.

mod ack;
mod flow;
mod hop;
mod ingress;
mod known;
mod memory;
mod outbound;
mod overload;
mod restart;
mod scenarios;
mod sms;
mod turns;
mod ussd;

pub(super) use ack::ack;
pub(super) use flow::flow;
pub(super) use hop::hop;
pub(super) use ingress::ingress;
pub(super) use known::known;
pub(super) use memory::memory;
pub(super) use outbound::outbound;
pub(super) use overload::overload;
pub(super) use restart::restart;
pub(super) use scenarios::scenarios;
pub(super) use sms::sms;
pub(super) use turns::turns;
pub(super) use ussd::ussd;

use super::bodies::INTO_BOOKING;
use super::load::{Heard, Spec, Speech, Until};
use super::part::{self, Address};

/// People in a run: more than there are turns in flight.
const PEOPLE: u64 = 4096;
/// Connections that lead people into a booking.
const LEADING: usize = 64;

/// Loads against one address, each with ids of its own.
pub(super) struct Loads {
    address: Address,
    run: u64,
    /// Of all loads so far.
    pub offered: u64,
    pub accepted: u64,
}

impl Loads {
    pub(super) fn at(address: Address) -> Self {
        Self::after(address, 0)
    }

    /// Goes on where others came to, whose ids must not come again.
    pub(super) fn after(address: Address, run: u64) -> Self {
        Self { address, run, offered: 0, accepted: 0 }
    }

    pub(super) fn run(&self) -> u64 {
        self.run
    }

    /// Leads everybody into the middle of a booking.
    pub(super) async fn lead(&mut self) -> anyhow::Result<()> {
        for said in INTO_BOOKING {
            let heard = self.say(LEADING, Speech::Text(said.to_owned()), Until::Messages(PEOPLE), None).await?;
            if heard.accepted() != PEOPLE {
                anyhow::bail!("not everybody could be led into a booking: {heard:?}");
            }
        }
        Ok(())
    }

    pub(super) async fn say(
        &mut self,
        connections: usize,
        speech: Speech,
        until: Until,
        rate: Option<f64>,
    ) -> anyhow::Result<Heard> {
        let spec = self.spec(connections, speech, until, rate);
        let heard = part::load(&spec).await?;
        self.count(&heard);
        Ok(heard)
    }

    /// Adds what somebody else let run.
    pub(super) fn count(&mut self, heard: &Heard) {
        self.offered += heard.offered;
        self.accepted += heard.accepted();
    }

    /// The next load, for somebody who lets it run himself.
    pub(super) fn spec(&mut self, connections: usize, speech: Speech, until: Until, rate: Option<f64>) -> Spec {
        self.run += 1;
        Spec { address: self.address, connections, people: PEOPLE, run: self.run, speech, until, rate }
    }
}

/// Fails unless everything offered was accepted.
fn all(heard: Heard) -> anyhow::Result<Heard> {
    if heard.accepted() == heard.offered {
        return Ok(heard);
    }
    anyhow::bail!("not everything was answered 200: {heard:?}")
}
