//! The control side: plays phones, orders misbehaviour, shows what arrived.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::{Query, State as Shared};
use axum::routing::{get, post};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use smpp34::{Tlv, TlvTag};

use super::centre::{Centre, message};
use super::misbehave::Order;
use super::{alphabet, submitted};
use crate::sandbox::control::{Answer, Trouble, read};
use crate::sandbox::state::State;

const HAS_HEADER: u8 = 0x40;

pub(in crate::sandbox) fn router() -> Router<Arc<State>> {
    Router::new()
        .route("/control/smsc/say", post(say))
        .route("/control/smsc/ussd", post(dial))
        .route("/control/smsc/inbox", get(inbox))
        .route("/control/smsc/screens", get(screens))
        .route("/control/smsc/faults", get(faults).post(order).delete(clear))
        .route("/control/smsc/cut", post(cut))
        .route("/control/smsc/door", post(door))
        .route("/control/smsc", get(look))
}

fn centre(state: &State) -> Result<Arc<Centre>, Trouble> {
    let smsc = state.smsc.as_ref();
    smsc.map(|smsc| smsc.centre.clone()).ok_or_else(|| Trouble::absent("this sandbox has no message centre"))
}

#[derive(Deserialize)]
struct Say {
    from: String,
    to: String,
    text: String,
    /// How parts are told to belong together: `udh8`, `udh16` or `sar`.
    #[serde(default)]
    joining: Option<String>,
    /// The order in which parts are sent, from 1; what is left out is never sent, what stands twice is sent twice.
    #[serde(default)]
    order: Option<Vec<u8>>,
    #[serde(default)]
    reference: Option<u16>,
}

/// A phone writes. Answers when every part was taken.
async fn say(Shared(state): Shared<Arc<State>>, body: Bytes) -> Answer {
    let say: Say =
        read(&body, r#"{"from":"+250780000001","to":"7711","text":"Muraho","joining":"udh8","order":[2,1]}"#)?;
    let centre = centre(&state)?;
    let (coding, letters) = alphabet::written(&say.text);
    let (alone, in_part) = if coding == 8 { (140, 134) } else { (160, 152) };
    let mut parts: Vec<Vec<u8>> = vec![Vec::new()];
    let whole: usize = letters.iter().map(Vec::len).sum();
    for letter in letters {
        let most = if whole <= alone { alone } else { in_part };
        if parts.last().is_some_and(|part| part.len() + letter.len() > most) {
            parts.push(Vec::new());
        }
        if let Some(part) = parts.last_mut() {
            part.extend(letter);
        }
    }
    let total = u8::try_from(parts.len()).map_err(|_| Trouble::bad("a phone sends at most 255 parts"))?;
    let from = submitted::digits(&say.from);
    let order = say.order.unwrap_or_else(|| (1..=total).collect());
    let reference = say.reference.unwrap_or(0x2a);
    for number in &order {
        let octets = parts.get(usize::from(*number).wrapping_sub(1)).cloned();
        let octets = octets.ok_or_else(|| Trouble::bad(format!("there is no part {number} of {total}")))?;
        let joining = if total == 1 { "alone" } else { say.joining.as_deref().unwrap_or("udh8") };
        let pdu = match joining {
            "alone" => message(&from, &say.to, 0, coding, octets),
            "udh8" => {
                let header = vec![5, 0, 3, reference as u8, total, *number];
                message(&from, &say.to, HAS_HEADER, coding, [header, octets].concat())
            }
            "udh16" => {
                let [high, low] = reference.to_be_bytes();
                let header = vec![6, 8, 4, high, low, total, *number];
                message(&from, &say.to, HAS_HEADER, coding, [header, octets].concat())
            }
            "sar" => message(&from, &say.to, 0, coding, octets).with_tlvs([
                Tlv::from_u16(TlvTag::SarMsgRefNum, reference),
                Tlv::from_u8(TlvTag::SarTotalSegments, total),
                Tlv::from_u8(TlvTag::SarSegmentSeqnum, *number),
            ]),
            other => return Err(Trouble::bad(format!("joining {other} is unknown: udh8, udh16 or sar"))),
        };
        if !centre.deliver(pdu).await {
            return Err(Trouble::bad("nobody took it"));
        }
    }
    Ok(Json(json!({ "parts": total, "sent": order.len() })))
}

#[derive(Deserialize)]
struct Dial {
    from: String,
    /// The dialled code.
    to: String,
    text: String,
    service_op: u8,
    #[serde(default)]
    session_info: Option<[u8; 2]>,
}

/// A phone dials or types in a USSD session.
async fn dial(Shared(state): Shared<Arc<State>>, body: Bytes) -> Answer {
    let example = r#"{"from":"+250780000001","to":"*384*77#","text":"*384*77#","service_op":1,"session_info":[42,0]}"#;
    let dial: Dial = read(&body, example)?;
    let centre = centre(&state)?;
    let (coding, letters) = alphabet::written(&dial.text);
    let from = submitted::digits(&dial.from);
    let mut pdu = message(&from, &dial.to, 0, coding, letters.concat());
    "USSD".clone_into(&mut pdu.service_type);
    pdu.push_tlv(Tlv::from_u8(TlvTag::UssdServiceOp, dial.service_op));
    if let Some(info) = dial.session_info {
        pdu.push_tlv(Tlv::from_tag(TlvTag::ItsSessionInfo, info.to_vec()));
    }
    if !centre.deliver(pdu).await {
        return Err(Trouble::bad("nobody took it"));
    }
    Ok(Json(json!({ "sent": true })))
}

#[derive(Deserialize)]
struct Of {
    of: String,
}

/// What a phone received, in order.
async fn inbox(Shared(state): Shared<Arc<State>>, Query(Of { of }): Query<Of>) -> Answer {
    let centre = centre(&state)?;
    let inner = centre.inner.lock();
    let handset = inner.handsets.get(&submitted::digits(&of));
    Ok(Json(json!(handset.map_or(&[][..], |handset| &handset.inbox))))
}

/// What a phone was shown in USSD sessions, in order.
async fn screens(Shared(state): Shared<Arc<State>>, Query(Of { of }): Query<Of>) -> Answer {
    let centre = centre(&state)?;
    let inner = centre.inner.lock();
    let handset = inner.handsets.get(&submitted::digits(&of));
    Ok(Json(json!(handset.map_or(&[][..], |handset| &handset.screens))))
}

async fn faults(Shared(state): Shared<Arc<State>>) -> Answer {
    Ok(Json(json!({ "faults": centre(&state)?.inner.lock().orders.all() })))
}

async fn order(Shared(state): Shared<Arc<State>>, body: Bytes) -> Answer {
    let order: Order = read(
        &body,
        r#"{"status":88,"times":3,"after":1}; or cut, cut_answer, receipt_first, no_receipt: true, state: "UNDELIV""#,
    )?;
    let centre = centre(&state)?;
    let mut inner = centre.inner.lock();
    inner.orders.add(order);
    Ok(Json(json!({ "faults": inner.orders.all() })))
}

/// Everything is well again.
async fn clear(Shared(state): Shared<Arc<State>>) -> Answer {
    centre(&state)?.inner.lock().orders.clear();
    Ok(Json(json!({ "faults": [] })))
}

/// Cuts every connection.
async fn cut(Shared(state): Shared<Arc<State>>) -> Answer {
    let centre = centre(&state)?;
    let cut = centre.front.open();
    centre.front.cut();
    Ok(Json(json!({ "cut": cut })))
}

#[derive(Deserialize)]
struct Door {
    open: bool,
}

/// Lets nobody in any more, or everybody again.
async fn door(Shared(state): Shared<Arc<State>>, body: Bytes) -> Answer {
    let Door { open } = read(&body, r#"{"open":false}"#)?;
    centre(&state)?.front.shut(!open);
    Ok(Json(json!({ "open": open })))
}

/// How the centre stands.
async fn look(Shared(state): Shared<Arc<State>>) -> Answer {
    let centre = centre(&state)?;
    let inner = centre.inner.lock();
    let short_messages: usize = inner.handsets.values().map(|handset| handset.short_messages).sum();
    Ok(Json(json!({
        "sessions": inner.sessions(),
        "submits": inner.submits,
        "submitters": inner.submitters.len(),
        "binds": inner.binds,
        "refused": inner.refused,
        "short_messages": short_messages,
    })))
}
