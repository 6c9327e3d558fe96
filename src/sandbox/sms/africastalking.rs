//! Africa's Talking: forms, an `apiKey` header, a status code for every receiver, reports without a signature.

use serde_json::json;

use super::send::Request;
use super::{Answer, Asked, Fate, Hook, Report, Said, SmsGateway, Wrong, segments};

pub(super) fn read(gateway: &SmsGateway, request: &Request<'_>) -> Result<Asked, Wrong> {
    if !request.path.ends_with("version1/messaging") || !request.is_form() {
        return Err(Wrong::Path);
    }
    let field = |name| request.field(name).ok_or(Wrong::Missing(name));
    if request.header("apikey") != Some(gateway.credential.as_str()) || field("username")? != gateway.customer {
        return Err(Wrong::Credentials);
    }
    let to = field("to")?;
    Ok(Asked {
        from: field("from")?,
        to: to.strip_prefix('+').ok_or(Wrong::Receiver)?.to_owned(),
        text: field("message")?,
        opaque: None,
        reports_to: None,
    })
}

pub(super) fn taken(asked: &Asked, ids: &[String]) -> Answer {
    let parts = segments::count(&asked.text).0;
    let recipient = json!({
        "statusCode": 101, "number": format!("+{}", asked.to), "status": "Success",
        "cost": format!("RWF {parts}0.0000"), "messageId": ids.first(), "messageParts": parts,
    });
    answer("Sent to 1/1 Total Cost: RWF 10.0000", 201, &[recipient])
}

pub(super) fn refused(wrong: Wrong) -> Answer {
    let (code, status) = match wrong {
        Wrong::Path => return Answer { status: 404, body: json!("Not Found") },
        Wrong::Credentials => return Answer { status: 401, body: json!("The supplied authentication is invalid") },
        Wrong::Missing(name) => {
            return Answer { status: 400, body: json!(format!("Request is missing required form field '{name}'")) };
        }
        Wrong::Sender => return answer("InvalidSenderId", 201, &[]),
        Wrong::TooFast => return Answer { status: 429, body: json!("Too many requests") },
        Wrong::Receiver => (403, "InvalidPhoneNumber"),
        Wrong::Unwanted => (406, "UserInBlacklist"),
        Wrong::TooLong => (502, "RejectedByGateway"),
        Wrong::Ordered(code) => (code, "ordered by /control/faults"),
    };
    let recipient = json!({ "statusCode": code, "number": "", "status": status, "cost": "0", "messageId": "None" });
    answer("Sent to 0/1 Total Cost: 0", 201, &[recipient])
}

fn answer(message: &str, status: u16, recipients: &[serde_json::Value]) -> Answer {
    Answer { status, body: json!({ "SMSMessageData": { "Message": message, "Recipients": recipients } }) }
}

pub(super) fn report(gateway: &SmsGateway, report: &Report<'_>) -> Hook {
    let phone = format!("+{}", report.asked.to);
    let mut fields =
        vec![("id", report.id), ("phoneNumber", phone.as_str()), ("networkCode", "63510"), ("retryCount", "0")];
    fields.push((
        "status",
        match report.fate {
            Fate::Sent => "Sent",
            Fate::Delivered => "Success",
            Fate::Failed(_) => "Failed",
        },
    ));
    if let Fate::Failed(code) = report.fate {
        fields.push(("failureReason", if code == 406 { "UserInBlackList" } else { "DeliveryFailure" }));
    }
    Hook::form(gateway.status(), &fields)
}

pub(super) fn message(gateway: &SmsGateway, said: &Said) -> Hook {
    let from = format!("+{}", said.from);
    let date = said.at.format("%Y-%m-%d %H:%M:%S").to_string();
    let fields = [
        ("linkId", "SampleLinkId123"),
        ("text", said.text.as_str()),
        ("to", &said.to),
        ("id", &said.id),
        ("date", &date),
        ("from", &from),
        ("networkCode", "63510"),
    ];
    Hook::form(gateway.inbound(), &fields)
}
