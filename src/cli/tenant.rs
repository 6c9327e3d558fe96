//! `ganira tenant`: businesses and their numbers and codes.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use chrono_tz::Tz;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Subcommand};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value as Json, json};
use url::Url;

use super::arguments;
use super::keeping;
use super::operator::{Operator, Where};
use super::output::{say, say_json, say_table};
use crate::domain::{AccountId, Phone};
use crate::flows::{Channel, shipped};
use crate::operations::servers;
use crate::operations::sms_numbers::{self, NewSms};
use crate::operations::tenants::{self, ListedAccount, ListedTenant, NewTenant, NewUssd, NewWhatsapp, Which};

#[derive(Debug, Args)]
pub(super) struct TenantCommand {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    place: Where,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a tenant with a key of its own
    Create {
        /// Its name, unique among the tenants
        name: String,
        /// Its time zone, an IANA name such as Africa/Kigali
        #[arg(long, value_name = "ZONE", value_parser = zone)]
        zone: Tz,
        /// The language spoken until a person's own is known
        #[arg(long, value_name = "CODE", default_value = "en")]
        language: String,
        /// The set of flows its people talk to
        #[arg(long, value_name = "SET", default_value = "salon", value_parser = sets())]
        flow: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the tenants and their numbers
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Give a tenant a WhatsApp number
    AddWhatsapp {
        /// The tenant's number or name
        #[arg(long, value_name = "TENANT")]
        tenant: String,
        /// Meta's id of the number
        #[arg(long, value_name = "ID")]
        phone_number_id: String,
        /// Meta's id of the WhatsApp Business account
        #[arg(long, value_name = "ID")]
        waba_id: String,
        /// The app that signs its webhooks: a name under whatsapp.apps of the configuration
        #[arg(long)]
        app: String,
        /// The file that holds its access token (- reads standard input); without it the number only receives
        #[arg(long, value_name = "FILE")]
        token_file: Option<PathBuf>,
        /// The number by which people know it, such as +250788000100: it stands in the links that lead to it
        #[arg(long, value_name = "NUMBER", value_parser = arguments::phone)]
        number: Option<Phone>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Give a tenant a USSD code
    AddUssd {
        /// The tenant's number or name
        #[arg(long, value_name = "TENANT")]
        tenant: String,
        /// The gateway that brings it: a name under ussd.gateways of the configuration
        #[arg(long)]
        gateway: String,
        /// The code as people dial it, such as '*384*77#'
        #[arg(long)]
        code: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Give a tenant a number, short code or sender at an SMS gateway; one it has already gets the credential
    AddSms {
        /// The tenant's number or name
        #[arg(long, value_name = "TENANT")]
        tenant: String,
        /// A name under sms.gateways of the configuration
        #[arg(long)]
        gateway: String,
        /// The number, short code or sender, such as +250788000200, 7711 or SALON
        #[arg(long)]
        number: String,
        /// What the company calls the customer: Africa's Talking's username, Twilio's account SID, Vonage's api_key, SMPP's system_id
        #[arg(long, value_name = "CUSTOMER", default_value = "")]
        parent: String,
        /// The file that holds its API key, token or password (- reads standard input); without it the number only receives
        #[arg(long, value_name = "FILE")]
        token_file: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Say by which number people know a WhatsApp number: it stands in the links that lead to it
    SetNumber {
        #[arg(long, value_name = "ID")]
        phone_number_id: String,
        /// Such as +250788000100
        #[arg(long, value_name = "NUMBER", value_parser = arguments::phone)]
        number: Phone,
    },
    /// Say which way goes what cannot leave as it was meant to, and how long codes are good
    SetFallback {
        /// The tenant's number or name
        #[arg(long, value_name = "TENANT")]
        tenant: String,
        /// Channels in order, such as whatsapp,sms; none for no other way; usual for whatsapp,sms where there is an SMS account
        #[arg(value_name = "CHANNELS", value_parser = fallback)]
        ways: Fallback,
    },
    /// Say how long the code is good by which a person goes on at another channel, where a flow does not say
    SetCodeLife {
        /// The tenant's number or name
        #[arg(long, value_name = "TENANT")]
        tenant: String,
        /// From 1 to 1440; 0 for what the configuration says
        #[arg(value_name = "MINUTES", value_parser = clap::value_parser!(u16).range(0..=1440))]
        minutes: u16,
    },
    /// Give a WhatsApp number another access token
    SetToken {
        #[arg(long, value_name = "ID")]
        phone_number_id: String,
        /// The file that holds the token (- reads standard input)
        #[arg(long, value_name = "FILE")]
        token_file: PathBuf,
    },
    /// The tenant's own servers, which its flows may ask
    #[command(subcommand)]
    Server(ServerAction),
    /// Set the hours in which the tenant only answers
    Quiet(keeping::Quiet),
    /// Set the country in whose form phone numbers are typed, where it is not that of the zone
    Country(keeping::OfCountry),
    /// The names under which SMS accounts write to each country
    #[command(subcommand)]
    SenderId(keeping::SenderId),
    /// Let nothing leave by a number or code; what comes in is handled as ever. A USSD code is out of service meanwhile
    Stop {
        #[command(flatten)]
        door: DoorArguments,
        /// Shown by `ganira tenant list`
        #[arg(long, default_value = "stopped by an operator")]
        reason: String,
    },
    /// Let what waits for a number leave again
    Resume {
        #[command(flatten)]
        door: DoorArguments,
    },
}

/// Which number or code is meant.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct DoorArguments {
    /// The account's number, as `ganira tenant list` shows it
    #[arg(long, value_name = "NUMBER")]
    account: Option<i64>,
    /// Meta's id of a WhatsApp number
    #[arg(long, value_name = "ID")]
    phone_number_id: Option<String>,
}

impl DoorArguments {
    fn which(self) -> Which {
        let by_id = self.account.map(|id| Which::Account(AccountId(id)));
        by_id.unwrap_or_else(|| Which::PhoneNumberId(self.phone_number_id.unwrap_or_default()))
    }
}

#[derive(Debug, Subcommand)]
enum ServerAction {
    /// Add a server, or give one another address and secret. Without --secret-file a secret is made and printed
    Add {
        /// The tenant's number or name
        #[arg(long, value_name = "TENANT")]
        tenant: String,
        /// The name by which flows ask it
        name: String,
        /// Where requests are posted
        #[arg(long, value_name = "URL")]
        url: Url,
        /// The file that holds the secret which signs requests (- reads standard input): whsec_ and base64
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
    },
    /// List the servers
    List {
        /// Only this tenant's, by number or name
        #[arg(long, value_name = "TENANT")]
        tenant: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove a server: flows that ask it take their way for one that fails
    Remove {
        /// The tenant's number or name
        #[arg(long, value_name = "TENANT")]
        tenant: String,
        name: String,
    },
}

impl ServerAction {
    async fn run(self, operator: &Operator) -> anyhow::Result<()> {
        match self {
            Self::Add { tenant, name, url, secret_file } => {
                let tenant = operator.tenant(&tenant).await?;
                let given = secret_file.as_deref().map(read_token).transpose()?;
                let own = given.is_some();
                let secret = servers::add(&operator.pool, &operator.ring()?, tenant, &name, &url, given).await?;
                operator.refresh_engine().await?;
                say(&format!("Flows of tenant {tenant} may ask the server {name}."))?;
                if own { Ok(()) } else { say(&format!("Requests are signed with {}", secret.expose_secret())) }
            }
            Self::List { tenant, json } => {
                let tenant = operator.tenant_if(tenant.as_deref()).await?;
                let all = servers::list(&operator.pool, tenant).await?;
                if json {
                    let as_json =
                        all.iter().map(|one| json!({ "tenant": one.tenant, "name": one.name, "url": one.url }));
                    return say_json(&as_json.collect::<Vec<_>>());
                }
                let rows: Vec<Vec<String>> =
                    all.iter().map(|one| vec![one.tenant.to_string(), one.name.clone(), one.url.clone()]).collect();
                say_table(&["tenant", "server", "address"], &rows, "No tenant has a server of its own.")
            }
            Self::Remove { tenant, name } => {
                let tenant = operator.tenant(&tenant).await?;
                servers::remove(&operator.pool, tenant, &name).await?;
                operator.refresh_engine().await?;
                say(&format!("Flows of tenant {tenant} ask the server {name} no more."))
            }
        }
    }
}

/// The sets of flows. Those for tests and measurements are taken, but not offered.
fn sets() -> PossibleValuesParser {
    PossibleValuesParser::new(
        shipped::NAMES.map(|name| PossibleValue::new(name).hide(!shipped::OFFERED.contains(&name))),
    )
}

/// Channels in order; `None` for what is usual.
#[derive(Debug, Clone)]
struct Fallback(Option<Vec<Channel>>);

fn fallback(text: &str) -> Result<Fallback, String> {
    let ways = match text {
        "usual" => return Ok(Fallback(None)),
        "none" => return Ok(Fallback(Some(Vec::new()))),
        listed => listed.split(',').map(|name| Channel::named(name.trim())).collect::<Option<Vec<_>>>(),
    };
    ways.map(|ways| Fallback(Some(ways)))
        .ok_or_else(|| "expected channels such as whatsapp,sms, or none, or usual".to_owned())
}

fn zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| "expected an IANA name such as Africa/Kigali".to_owned())
}

impl TenantCommand {
    pub(super) async fn run(self, file: Option<PathBuf>) -> anyhow::Result<()> {
        let operator = self.place.connect(file).await?;
        match self.action {
            Action::Create { name, zone, language, flow, json } => {
                let new = NewTenant { name, zone: zone.name().to_owned(), language, flow };
                let id = tenants::create(&operator.pool, &operator.ring()?, &new).await?;
                if json { say_json(&json!({ "tenant": id })) } else { say(&format!("Made tenant {id}, {}.", new.name)) }
            }
            Action::List { json } => list(&operator, json).await,
            Action::AddWhatsapp { tenant, phone_number_id, waba_id, app, token_file, number, json } => {
                let token = token_file.as_deref().map(read_token).transpose()?;
                let new = NewWhatsapp { phone_number_id, waba_id, app, token };
                add_whatsapp(&operator, &tenant, &new, number.as_ref(), json).await
            }
            Action::SetNumber { phone_number_id, number } => {
                tenants::set_number(&operator.pool, &phone_number_id, &number).await?;
                operator.refresh_engine().await?;
                say(&format!("People know {phone_number_id} as {number}."))
            }
            Action::SetFallback { tenant, ways: Fallback(ways) } => {
                let tenant = operator.tenant(&tenant).await?;
                tenants::set_fallback(&operator.pool, tenant, ways.as_deref()).await?;
                operator.refresh_engine().await?;
                let text = match ways.as_deref() {
                    None => "whatsapp,sms where there is an SMS account".to_owned(),
                    Some([]) => "no other way".to_owned(),
                    Some(ways) => ways.iter().map(|way| way.as_str()).collect::<Vec<_>>().join(","),
                };
                say(&format!("What cannot leave as it was meant to: {text}."))
            }
            Action::SetCodeLife { tenant, minutes } => {
                let tenant = operator.tenant(&tenant).await?;
                tenants::set_code_minutes(&operator.pool, tenant, Some(minutes).filter(|minutes| *minutes > 0)).await?;
                operator.refresh_engine().await?;
                say(&format!("Tenant {tenant}: how long codes are good is set."))
            }
            Action::AddSms { tenant, gateway, number, parent, token_file, json } => {
                let token = token_file.as_deref().map(read_token).transpose()?;
                add_sms(&operator, &tenant, &NewSms { gateway, number, parent, token }, json).await
            }
            Action::SetToken { phone_number_id, token_file } => {
                let token = read_token(&token_file)?;
                tenants::set_token(&operator.pool, &operator.ring()?, &phone_number_id, &token).await?;
                operator.refresh_engine().await?;
                say(&format!(
                    "The number {phone_number_id} has a new token. If it was stopped: `ganira tenant resume`."
                ))
            }
            Action::Server(action) => action.run(&operator).await,
            Action::Quiet(quiet) => quiet.run(&operator).await,
            Action::Country(country) => country.run(&operator).await,
            Action::SenderId(action) => action.run(&operator).await,
            Action::AddUssd { tenant, gateway, code, json } => {
                add_ussd(&operator, &tenant, &NewUssd { gateway, code }, json).await
            }
            Action::Stop { door, reason } => {
                let account = tenants::stop(&operator.pool, &door.which(), &reason).await?;
                operator.refresh_engine().await?;
                say(&format!("Nothing leaves by {} until `ganira tenant resume`.", account.external_id))
            }
            Action::Resume { door } => {
                let account = tenants::resume(&operator.pool, &door.which()).await?;
                operator.refresh_engine().await?;
                say(&format!("What waits for {} leaves again.", account.external_id))
            }
        }
    }
}

async fn add_whatsapp(
    operator: &Operator,
    tenant: &str,
    new: &NewWhatsapp,
    number: Option<&Phone>,
    json: bool,
) -> anyhow::Result<()> {
    let apps = &operator.config.whatsapp_apps;
    if !apps.contains_key(&new.app) {
        let known = apps.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        bail!("--app {:?} is not under whatsapp.apps of the configuration; there: {known}", new.app);
    }
    let tenant = operator.tenant(tenant).await?;
    let id = tenants::add_whatsapp(&operator.pool, &operator.ring()?, tenant, new).await?;
    if let Some(number) = number {
        tenants::set_number(&operator.pool, &new.phone_number_id, number).await?;
    }
    operator.refresh_engine().await?;
    if json {
        return say_json(&json!({ "account": id, "tenant": tenant }));
    }
    say(&format!("Tenant {tenant} has the WhatsApp number {} (account {id}).", new.phone_number_id))
}

async fn add_ussd(operator: &Operator, tenant: &str, new: &NewUssd, json: bool) -> anyhow::Result<()> {
    let gateways = &operator.config.ussd_gateways;
    if !gateways.contains_key(&new.gateway) {
        let known = gateways.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        bail!("--gateway {:?} is not under ussd.gateways of the configuration; there: {known}", new.gateway);
    }
    let tenant = operator.tenant(tenant).await?;
    let id = tenants::add_ussd(&operator.pool, tenant, new).await?;
    operator.refresh_engine().await?;
    if json {
        return say_json(&json!({ "account": id, "tenant": tenant }));
    }
    say(&format!("Tenant {tenant} has the USSD code {} at {} (account {id}).", new.code.trim(), new.gateway))
}

async fn add_sms(operator: &Operator, tenant: &str, new: &NewSms, json: bool) -> anyhow::Result<()> {
    let gateways = &operator.config.sms_gateways;
    if !gateways.contains_key(&new.gateway) {
        let known = gateways.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        bail!("--gateway {:?} is not under sms.gateways of the configuration; there: {known}", new.gateway);
    }
    let tenant = operator.tenant(tenant).await?;
    let id = sms_numbers::add(&operator.pool, &operator.ring()?, tenant, new).await?;
    operator.refresh_engine().await?;
    if json {
        return say_json(&json!({ "account": id, "tenant": tenant }));
    }
    say(&format!("Tenant {tenant} has {} at the SMS gateway {} (account {id}).", new.number, new.gateway))
}

/// A token never stands among the arguments, where every user of the machine could read it.
fn read_token(file: &Path) -> anyhow::Result<SecretString> {
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).context("--token-file -: standard input cannot be read")?;
    } else {
        text = std::fs::read_to_string(file)
            .with_context(|| format!("--token-file {}: it cannot be read", file.display()))?;
    }
    Ok(text.trim().to_owned().into())
}

async fn list(operator: &Operator, json: bool) -> anyhow::Result<()> {
    let tenants = tenants::list(&operator.pool).await?;
    if json {
        return say_json(&tenants.iter().map(|(tenant, accounts)| as_json(tenant, accounts)).collect::<Vec<_>>());
    }
    let mut rows = Vec::new();
    for (tenant, accounts) in &tenants {
        let about = [
            tenant.id.to_string(),
            tenant.name.clone(),
            tenant.zone.clone(),
            tenant.language.clone(),
            tenant.flow.clone(),
        ];
        if accounts.is_empty() {
            let none = ["-", "-", "no number yet"].map(str::to_owned);
            rows.push(about.iter().cloned().chain(none).collect());
        }
        for account in accounts {
            let number = format!("{} {}", account.channel, account.external_id);
            let own = [account.id.to_string(), number, standing(account)];
            rows.push(about.iter().cloned().chain(own).collect());
        }
    }
    let headings = ["tenant", "name", "zone", "language", "flow", "account", "number", "state"];
    say_table(&headings, &rows, "There is no tenant yet: make one with `ganira tenant create`.")
}

fn standing(account: &ListedAccount) -> String {
    match (&account.stopped_reason, &account.credential) {
        (None, _) if account.channel == "ussd" => "answers".to_owned(),
        (Some(reason), _) => format!("stopped: {reason}"),
        (None, None) => "receives only: no token".to_owned(),
        (None, Some(_)) => "sends".to_owned(),
    }
}

fn as_json(tenant: &ListedTenant, accounts: &[ListedAccount]) -> Json {
    let accounts: Vec<Json> = accounts
        .iter()
        .map(|account| {
            json!({
                "account": account.id, "channel": account.channel, "external_id": account.external_id,
                "parent_id": account.parent_id, "app": account.app, "has_token": account.credential.is_some(),
                "stopped_reason": account.stopped_reason,
            })
        })
        .collect();
    json!({
        "tenant": tenant.id, "name": tenant.name, "zone": tenant.zone, "language": tenant.language, "flow": tenant.flow,
        "created_at": tenant.created_at, "accounts": accounts,
    })
}
