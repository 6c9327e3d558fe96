//! Messages by their providers' names: `message_standing`, `ripe_receipts`, `forget_receipts`.

use ganira::store::{NamedReceipt, RipeReceipt, Standing};

use super::tables::{SentPart, Tables};

fn whole(tables: &Tables, part: &SentPart) -> Standing {
    let delivery = tables.deliveries.get(&part.outbox);
    Standing {
        account: part.account,
        outbox: part.outbox,
        wake: part.wake,
        rank: delivery.map_or(0, |delivery| delivery.rank),
        error_code: delivery.and_then(|delivery| delivery.error_code),
    }
}

/// By the first form that is known.
pub(super) fn standing(tables: &Tables, receipt: &NamedReceipt) -> Option<Standing> {
    let known = receipt.forms.iter().find_map(|form| tables.sent_messages.get(form));
    known.map(|part| whole(tables, part))
}

pub(super) fn ripe(tables: &Tables, limit: i32) -> Vec<RipeReceipt> {
    let ripe = tables.early_receipts.iter().filter(|(_, row)| row.ripe);
    let known = ripe.filter_map(|((message, receipt), _)| Some((receipt, tables.sent_messages.get(message)?)));
    let known = known.map(|(receipt, part)| RipeReceipt { receipt: *receipt, standing: whole(tables, part) });
    known.take(usize::try_from(limit).unwrap_or_default()).collect()
}

pub(super) fn forget(tables: &mut Tables, told: &[RipeReceipt]) {
    tables.early_receipts.take_where(|(_, receipt), _| told.iter().any(|ripe| ripe.receipt == *receipt));
}
