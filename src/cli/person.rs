//! `ganira person`: what is kept of a person, given to her or erased.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::arguments;
use super::operator::{Operator, Where};
use super::output::{say, say_json, say_table};
use crate::actors::snapshot::Snapshot;
use crate::crypto::random;
use crate::domain::{Address, Clock, ContactId, Conversation, Country, Phone, ScopedId};
use crate::flows::{Channel, Purpose};
use crate::operations::keeping;
use crate::operations::news;
use crate::operations::people::{self, Erasure};
use crate::operations::requests::{self, Request};
use crate::operations::thread::{self, Line};

#[derive(Debug, Args)]
pub(super) struct PersonCommand {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    place: Where,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Write everything that is kept of a person as JSON
    Export {
        #[command(flatten)]
        who: Who,
        /// Write it to this file, readable by you only; it must not be there yet
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Tell a person's conversation news: to a step that waits for it, or to the flow that begins with it
    Tell {
        #[command(flatten)]
        who: Who,
        /// The news' name, such as api.promo
        #[arg(long, value_name = "NAME")]
        event: String,
        /// What it carries: a JSON object
        #[arg(long, value_name = "JSON", default_value = "{}")]
        payload: String,
        /// Its own id: the same news is told once. Without it every call is news
        #[arg(long, value_name = "ID")]
        id: Option<String>,
        /// How long to wait for the engine's answer, such as 30s
        #[arg(long, default_value = "15s", value_name = "TIME", value_parser = arguments::duration)]
        timeout: Duration,
    },
    /// List a person's messages in their order: by which channel each went, how far it came, what went instead of what
    Thread {
        #[command(flatten)]
        who: Who,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Say where a person wants to be written to when the business writes first
    Prefer {
        #[command(flatten)]
        who: Who,
        /// whatsapp, ussd or sms; none takes the wish back
        #[arg(value_name = "CHANNEL", value_parser = ["whatsapp", "ussd", "sms", "none"])]
        channel: String,
        /// Only for this purpose
        #[arg(long = "for", value_name = "PURPOSE", value_parser = ["service", "reminder", "marketing"])]
        purpose: Option<String>,
        /// How long to wait for the engine's answer, such as 30s
        #[arg(long, default_value = "15s", value_name = "TIME", value_parser = arguments::duration)]
        timeout: Duration,
    },
    /// Erase a person: her addresses and the key without which nothing of hers can be read. There is no way back
    Erase {
        #[command(flatten)]
        who: Who,
        /// How long to wait for the engine's answer, such as 30s
        #[arg(long, default_value = "15s", value_name = "TIME", value_parser = arguments::duration)]
        timeout: Duration,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct Who {
    /// The tenant who knows her, by number or name
    #[arg(long)]
    tenant: String,
    #[command(flatten)]
    by: By,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct By {
    /// Her phone number, such as +250780000001, or as it is typed in the tenant's country: 0780000001
    #[arg(long, value_parser = arguments::typed_phone)]
    phone: Option<String>,
    /// Her business-scoped id in WhatsApp, such as RW.13491208655302741918
    #[arg(long, value_name = "ID", value_parser = arguments::scoped_id)]
    user_id: Option<ScopedId>,
    /// The number of the contact
    #[arg(long, value_name = "NUMBER")]
    contact: Option<i64>,
}

impl Who {
    pub(super) async fn find(self, operator: &Operator) -> anyhow::Result<Conversation> {
        let tenant = operator.tenant(&self.tenant).await?;
        let By { phone, user_id, contact } = self.by;
        if let Some(contact) = contact {
            return Ok(Conversation { tenant, contact: ContactId(contact) });
        }
        let country = keeping::country(&operator.pool, tenant).await?;
        let phone = phone.map(|phone| typed(&phone, country)).transpose()?;
        let address = phone.map(Address::Phone).or(user_id.map(Address::WhatsApp));
        let address = address.context("name the person with --phone, --user-id or --contact")?;
        let found = people::find(&operator.pool, &operator.hashes()?, tenant, &address).await?;
        let contact = found.with_context(|| format!("tenant {tenant} knows nobody with this address"))?;
        Ok(Conversation { tenant, contact })
    }
}

/// A number in international form is taken as it stands; what is typed in the country's form must be one that the country gives.
fn typed(phone: &str, country: Option<Country>) -> anyhow::Result<Phone> {
    let read = Phone::parse(phone).or_else(|_| Phone::parse_in(phone, country));
    read.with_context(|| format!("--phone {phone:?} cannot be read"))
}

impl PersonCommand {
    pub(super) async fn run(self, file: Option<PathBuf>) -> anyhow::Result<()> {
        let operator = self.place.connect(file).await?;
        match self.action {
            Action::Export { who, out } => export(&operator, who, out.as_deref()).await,
            Action::Tell { who, event, payload, id, timeout } => {
                let payload: Json = serde_json::from_str(&payload).context("--payload is no JSON")?;
                if !payload.is_object() {
                    bail!("--payload is no JSON object: write {{\"order\": 7}}, say");
                }
                let who = who.find(&operator).await?;
                let id = id.unwrap_or_else(random::hex_token::<16>);
                let told = news::News { who, name: &event, payload: &payload, id: &id };
                match news::tell_now(&operator.pool, &operator.ring()?, &told, timeout).await? {
                    Some(answer) => say(&format!("The engine says: {answer}.")),
                    None => bail!("{}", operator.no_answer().await?),
                }
            }
            Action::Thread { who, json } => {
                let who = who.find(&operator).await?;
                let lines = thread::thread(&operator.pool, &operator.ring()?, who).await?;
                if json { say_json(&lines) } else { table(&lines) }
            }
            Action::Prefer { who, channel, purpose, timeout } => {
                let who = who.find(&operator).await?;
                let (purpose, channel) = (purpose.as_deref().and_then(Purpose::named), Channel::named(&channel));
                let asked = [Request::Prefer { who, purpose, channel }];
                match requests::ask(&operator.pool, &asked, timeout).await?.into_iter().next().flatten() {
                    Some(answer) => say(&format!("The engine says: {answer}.")),
                    None => bail!("{}", operator.no_answer().await?),
                }
            }
            Action::Erase { who, timeout, json } => erase(&operator, who, timeout, json).await,
        }
    }
}

fn table(lines: &[Line]) -> anyhow::Result<()> {
    let rows = lines.iter().map(|line| {
        let name = line.n.map_or_else(|| line.turn.to_string(), |n| format!("{}.{n}", line.turn));
        let instead = line.instead_of.as_ref().map(|instead| {
            let of = instead.message.map(|of| format!(" {}.{}", of.turn, of.n)).unwrap_or_default();
            format!("instead of {}{of}: {}", instead.channel, instead.reason)
        });
        let replaced = line.replaced_by.map(|by| format!("went as {}.{}", by.turn, by.n));
        vec![
            name,
            line.at.format("%Y-%m-%d %H:%M:%S").to_string(),
            line.direction.to_owned(),
            line.channel.clone(),
            line.state.unwrap_or_default().to_owned(),
            line.code.map(|code| code.to_string()).unwrap_or_default(),
            instead.or(replaced).unwrap_or_default(),
            line.text.as_deref().unwrap_or_default().replace('\n', " / "),
        ]
    });
    let heads = ["message", "at (UTC)", "way", "channel", "state", "code", "", "text"];
    say_table(&heads, &rows.collect::<Vec<_>>(), "There is no message yet.")
}

async fn export(operator: &Operator, who: Who, out: Option<&Path>) -> anyhow::Result<()> {
    let who = who.find(operator).await?;
    let now = Clock::system().now();
    let export = people::export(&operator.pool, &operator.ring()?, who, now, remembered).await?;
    let Some(out) = out else { return say_json(&export) };
    let text = serde_json::to_string_pretty(&export)?;
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(out);
    opened
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .with_context(|| format!("--out {} cannot be written", out.display()))?;
    say(&format!("Wrote {}.", out.display()))
}

/// What the conversation remembers, under readable names.
pub fn remembered(snapshot: &[u8]) -> Option<Json> {
    let kept = Snapshot::decode(snapshot).ok()?.kept;
    let doors = kept
        .doors
        .iter()
        .map(|door| json!({ "account": door.account, "to": door.to, "last_wrote_at": door.last_inbound }));
    Some(json!({
        "profile_name": kept.profile_name, "opt_outs": kept.opt_outs, "doors": doors.collect::<Vec<_>>(), "alarm": kept.alarm,
        "session": serde_json::to_value(&kept.state).ok()?,
    }))
}

async fn erase(operator: &Operator, who: Who, timeout: Duration, json: bool) -> anyhow::Result<()> {
    let who = who.find(operator).await?;
    let outcome = people::erase(&operator.pool, who, timeout).await?;
    let contact = who.contact;
    let (word, text) = match &outcome {
        Erasure::Done => ("erased", format!("Contact {contact} is erased: nothing of hers can be read again.")),
        Erasure::DoneBefore(at) => ("erased", format!("Contact {contact} was erased at {}.", at.to_rfc3339())),
        Erasure::Failed(answer) => ("failed", format!("contact {contact} is not erased; the engine says: {answer}")),
        Erasure::Waiting => ("waiting", operator.no_answer().await?.to_owned()),
    };
    let done = matches!(outcome, Erasure::Done | Erasure::DoneBefore(_));
    if json {
        say_json(&json!({ "tenant": who.tenant, "contact": contact, "outcome": word }))?;
    }
    match (done, json) {
        (true, true) => Ok(()),
        (true, false) => say(&text),
        (false, _) => bail!("{text}"),
    }
}
