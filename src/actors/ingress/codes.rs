//! Codes of moves are taken at the entrance, before anybody asks whose message it is: a good one decides that.

use super::Ingress;
use crate::actors::accounts::Account;
use crate::domain::{EventId, Inbound, InboundKind, MessageBody, MoveCode, Sender};
use crate::flows::Channel;
use crate::store::Redeemed;

impl Ingress {
    /// What became of the code in an update. `None`: there is none in it. An error: it could not be looked up now.
    pub(super) async fn redeem(&self, channel: Channel, update: &Inbound) -> Option<Result<Redeemed, ()>> {
        let InboundKind::Message(message) = &update.kind else { return None };
        let MessageBody::Text { text } = &message.body else { return None };
        let code = MoveCode::in_text(text).filter(|_| message.group.is_none())?;
        let account = self.0.shared.world.accounts.named(channel, &update.account)?;
        Some(self.redeem_from(&account, &message.from, code, self.provider_event(&account, &update.provider_id)).await)
    }

    /// The same for a code that came otherwise than in a text, such as a dialled one.
    pub(super) async fn redeem_from(
        &self,
        account: &Account,
        from: &Sender,
        code: MoveCode,
        event: EventId,
    ) -> Result<Redeemed, ()> {
        if from.addresses().is_empty() {
            return Ok(Redeemed::NotGood);
        }
        let wrong_max = self.0.shared.world.settings.limits.wrong_codes_per_hour;
        let (code, event) = ((code, account.channel), (event, self.now()));
        let redeemed = self.0.shared.directory.redeem(&account.tenant, from, code, event, wrong_max).await;
        let word = match &redeemed {
            Ok(Redeemed::Joined(_)) => "joined",
            Ok(Redeemed::NotGood) => "not_good",
            Ok(Redeemed::TooMany) => "too_many",
            Err(_) => "unavailable",
        };
        metrics::counter!("ganira_move_codes_total", "outcome" => word).increment(1);
        redeemed.map_err(|_| ())
    }
}
