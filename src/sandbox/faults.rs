//! Misbehaviour on command.

use serde::{Deserialize, Serialize};

/// A fault that was ordered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Fault {
    /// Who misbehaves.
    pub(super) target: Target,
    #[serde(flatten)]
    pub(super) kind: Kind,
    /// How often; without it until faults are cleared.
    #[serde(default)]
    pub(super) times: Option<u32>,
    /// Only towards this person: a phone or a scoped id.
    #[serde(default)]
    pub(super) of: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Target {
    Whatsapp,
    /// Every USSD gateway, and the operators behind them.
    Ussd,
    /// Every SMS gateway.
    Sms,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Kind {
    /// The answer comes late; on USSD: the network between gateway and engine takes so long.
    Slow { ms: u64 },
    /// An HTTP status without Graph's JSON, as a gateway gives it; the message is not taken.
    Status { status: u16 },
    /// Too fast: a Graph error, optionally with a Retry-After in seconds.
    Throttle { code: i64, retry_after: Option<u64> },
    /// A Graph error; the message is not taken.
    Refuse { code: i64 },
    /// The access token has expired.
    BadToken,
    /// The message is taken (or, with `before`, not), then the connection closes without an answer.
    Reset {
        #[serde(default)]
        before: bool,
    },
    /// The message is taken and no answer ever comes; on USSD: the engine's answer is lost on its way.
    DropAnswer,
    /// The window is judged at once instead of by a later `failed` status.
    WindowAtOnce,
    /// A message that was accepted fails later with this code.
    FailLater { code: i64 },
    /// Each webhook is delivered so many times; on USSD: each end event.
    DuplicateWebhooks { copies: u32 },
    /// The statuses of a message come in a random order.
    ShuffleStatuses,
    /// No statuses until faults are cleared; then all of them.
    HoldStatuses,
    /// So many updates of statuses are gathered into one webhook.
    BatchStatuses { size: usize },
    /// USSD: each hop is sent so many times, one after the other or all `together`.
    DuplicateHops {
        copies: u32,
        #[serde(default)]
        together: bool,
    },
    /// USSD: the session times out as soon as its next screen is shown.
    TimeOut,
    /// USSD: sessions end without an end event.
    NoEndEvents,
    /// SMS: the delivery reports of a message come before the answer that names it.
    EarlyReports,
}

/// All faults in force.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

/// More than this at once is a mistake of a test.
const FAULTS_MAX: usize = 1_000;

impl Faults {
    pub(super) fn order(&mut self, fault: Fault) -> Result<(), String> {
        if self.0.len() >= FAULTS_MAX {
            return Err(format!("{FAULTS_MAX} faults are in force already: DELETE /control/faults"));
        }
        self.0.push(fault);
        Ok(())
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn all(&self) -> &[Fault] {
        &self.0
    }

    /// The first fault of `target` in force for `person` that `pick` wants; it is used up by one.
    pub(super) fn take<T>(
        &mut self,
        target: Target,
        person: Option<&str>,
        pick: impl Fn(&Kind) -> Option<T>,
    ) -> Option<T> {
        let concerns = |fault: &Fault| match (&fault.of, person) {
            _ if fault.target != target => false,
            (None, _) => true,
            (Some(of), Some(person)) => super::people::key(of) == super::people::key(person),
            (Some(_), None) => false,
        };
        let at = self.0.iter().position(|fault| concerns(fault) && pick(&fault.kind).is_some())?;
        let picked = pick(&self.0[at].kind);
        if let Some(times) = &mut self.0[at].times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.0.remove(at);
            }
        }
        picked
    }
}
