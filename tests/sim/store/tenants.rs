//! What tenants say: opt-outs of their people, and the funnel of their flows.

use ganira::domain::Conversation;
use ganira::store::{FlowCount, LiveFlows};

use super::tables::{FlowSteps, Tables};

pub(super) fn opt_outs(tables: &Tables, conversation: Conversation) -> Vec<(String, String)> {
    let hers = tables.opt_outs.keys().filter(|(of, _, _)| *of == conversation);
    hers.map(|(_, channel, purpose)| (channel.clone(), purpose.clone())).collect()
}

/// The star covers all but codes.
pub(super) fn opted_out(tables: &Tables, conversation: Conversation, channel: &str, purpose: &str) -> bool {
    let has = |purpose: &str| tables.opt_outs.contains_key(&(conversation, channel.to_owned(), purpose.to_owned()));
    has(purpose) || purpose != "code" && has("*")
}

pub(super) fn live_flows(tables: &Tables) -> Vec<LiveFlows> {
    let live = tables.live.iter().filter_map(|(tenant, revision)| {
        let digest = tables.revisions.get(&(*tenant, *revision))?.digest.clone();
        Some(LiveFlows { tenant: *tenant, revision: *revision, digest })
    });
    live.collect()
}

pub(super) fn count_flows(tables: &mut Tables, counts: &[FlowCount]) {
    for count in counts {
        let key =
            (count.tenant, count.day, count.revision, count.flow.clone(), count.step.clone(), count.channel.to_owned());
        let earlier = tables.flow_counts.get(&key).cloned().unwrap_or_default();
        let row = FlowSteps {
            entered: earlier.entered + count.entered,
            answered: earlier.answered + count.answered,
            asked_again: earlier.asked_again + count.asked_again,
            left: earlier.left + count.left,
        };
        tables.flow_counts.put(key, row);
    }
}
