//! The rows of the output, a file each.

mod ack;
mod flow;
mod ingress;
mod memory;
mod overload;
mod restart;
mod sms;
mod turns;
mod ussd;

pub(super) use ack::ack;
pub(super) use flow::flow;
pub(super) use ingress::ingress;
pub(super) use memory::memory;
pub(super) use overload::overload;
pub(super) use restart::restart;
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
struct Loads {
    address: Address,
    run: u64,
    /// Of all loads so far.
    accepted: u64,
}

impl Loads {
    fn at(address: Address) -> Self {
        Self { address, run: 0, accepted: 0 }
    }

    /// Leads everybody into the middle of a booking.
    async fn lead(&mut self) -> anyhow::Result<()> {
        for said in INTO_BOOKING {
            let heard = self.say(LEADING, Speech::Text(said.to_owned()), Until::Messages(PEOPLE), None).await?;
            if heard.accepted() != PEOPLE {
                anyhow::bail!("not everybody could be led into a booking: {heard:?}");
            }
        }
        Ok(())
    }

    async fn say(
        &mut self,
        connections: usize,
        speech: Speech,
        until: Until,
        rate: Option<f64>,
    ) -> anyhow::Result<Heard> {
        self.run += 1;
        let spec = Spec { address: self.address, connections, people: PEOPLE, run: self.run, speech, until, rate };
        let heard = part::load(&spec).await?;
        self.accepted += heard.accepted();
        Ok(heard)
    }
}

/// Fails unless everything offered was accepted.
fn all(heard: Heard) -> anyhow::Result<Heard> {
    if heard.accepted() == heard.offered {
        return Ok(heard);
    }
    anyhow::bail!("not everything was answered 200: {heard:?}")
}
