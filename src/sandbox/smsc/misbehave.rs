//! What a message centre does wrong on command.

use serde::{Deserialize, Serialize};

/// One kind of misbehaviour, so many times. Field by field: what is not given does not happen.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of its own in an order's JSON")]
pub(super) struct Order {
    /// How many submits it meets; 0 stands for 1.
    pub times: u32,
    /// So many submits are well before.
    pub after: u32,
    /// Answers with this status and does not take the message: 88 throttled, 20 queue full, 8 system error.
    pub status: Option<u32>,
    /// Takes the message, then cuts every connection before the answer leaves.
    pub cut_answer: bool,
    /// Cuts every connection and does not take the message.
    pub cut: bool,
    /// The receipt leaves before the answer to the submit.
    pub receipt_first: bool,
    /// What the receipt says instead of DELIVRD: UNDELIV, EXPIRED, REJECTD.
    pub state: Option<String>,
    /// No receipt ever comes.
    pub no_receipt: bool,
}

/// The orders that stand, in turn.
#[derive(Debug, Default)]
pub(super) struct Orders(Vec<Order>);

impl Orders {
    pub(super) fn add(&mut self, mut order: Order) {
        order.times = order.times.max(1);
        self.0.push(order);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn all(&self) -> &[Order] {
        &self.0
    }

    /// What meets the next submit.
    pub(super) fn next(&mut self) -> Order {
        let Some(order) = self.0.first_mut() else { return Order::default() };
        if order.after > 0 {
            order.after -= 1;
            return Order::default();
        }
        order.times -= 1;
        let met = order.clone();
        if order.times == 0 {
            self.0.remove(0);
        }
        met
    }
}
