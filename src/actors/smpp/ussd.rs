//! USSD over SMPP.

use std::sync::Arc;

use super::line::{Line, Seat};
use crate::channels::smpp::{Answer, Delivered};

/// A message of a USSD session, not an SMS.
pub(super) fn is_ussd(message: &Delivered) -> bool {
    message.ussd.service_op.is_some() || message.service_type == "USSD"
}

impl Line {
    pub(super) async fn hop(self: &Arc<Self>, _: &Arc<Seat>, _: &Delivered) -> Answer {
        Answer::Later
    }
}
