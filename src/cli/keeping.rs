//! `ganira tenant quiet|country|sender-id`: what a tenant says of writing to people.

use chrono::NaiveTime;
use clap::{Args, Subcommand};
use serde_json::json;

use super::operator::Operator;
use super::output::{say, say_json, say_table};
use crate::domain::Country;
use crate::operations::keeping;

/// The hours in which people are left in peace.
#[derive(Debug, Args)]
pub(super) struct Quiet {
    /// The tenant's number or name
    #[arg(long, value_name = "TENANT")]
    tenant: String,
    /// From this time of the tenant's day, such as 21:00
    #[arg(long, value_name = "TIME", value_parser = time, requires = "until", required_unless_present = "none")]
    from: Option<NaiveTime>,
    /// Until this one, such as 07:00
    #[arg(long, value_name = "TIME", value_parser = time, requires = "from")]
    until: Option<NaiveTime>,
    /// At no time
    #[arg(long, conflicts_with_all = ["from", "until"])]
    none: bool,
}

/// The country in whose form phone numbers are typed.
#[derive(Debug, Args)]
pub(super) struct OfCountry {
    /// The tenant's number or name
    #[arg(long, value_name = "TENANT")]
    tenant: String,
    /// Two letters of ISO 3166, such as RW
    #[arg(value_parser = country)]
    country: Country,
}

#[derive(Debug, Subcommand)]
pub(super) enum SenderId {
    /// Let an SMS account write to a country under this name or number
    Add {
        /// The tenant's number or name
        #[arg(long, value_name = "TENANT")]
        tenant: String,
        /// The account as `ganira tenant list` shows it: its gateway and number, such as "at 7711"
        #[arg(long, value_name = "ACCOUNT")]
        account: String,
        /// The country's calling code, such as 250
        #[arg(long, value_name = "DIGITS")]
        calling_code: String,
        /// At most 11 letters, or 3 to 15 digits
        sender: String,
    },
    /// List the senders
    List {
        /// Only this tenant's, by number or name
        #[arg(long, value_name = "TENANT")]
        tenant: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Let the account write to a country under its own number again
    Remove {
        /// The tenant's number or name
        #[arg(long, value_name = "TENANT")]
        tenant: String,
        /// The account, such as "at 7711"
        #[arg(long, value_name = "ACCOUNT")]
        account: String,
        /// The country's calling code, such as 250
        #[arg(long, value_name = "DIGITS")]
        calling_code: String,
    },
}

fn time(text: &str) -> Result<NaiveTime, String> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| format!("{text:?} is no time: expected one such as 21:00"))
}

fn country(text: &str) -> Result<Country, String> {
    Country::named(text).map_err(|error| error.to_string())
}

impl Quiet {
    pub(super) async fn run(self, operator: &Operator) -> anyhow::Result<()> {
        let tenant = operator.tenant(&self.tenant).await?;
        let quiet = self.from.zip(self.until);
        keeping::set_quiet(&operator.pool, tenant, quiet).await?;
        operator.refresh_engine().await?;
        match quiet {
            Some((from, until)) => say(&format!(
                "From {} until {} tenant {tenant} only answers: what it starts itself waits for the end.",
                from.format("%H:%M"),
                until.format("%H:%M")
            )),
            None => say(&format!("Tenant {tenant} has no quiet hours.")),
        }
    }
}

impl OfCountry {
    pub(super) async fn run(self, operator: &Operator) -> anyhow::Result<()> {
        let tenant = operator.tenant(&self.tenant).await?;
        keeping::set_country(&operator.pool, tenant, self.country).await?;
        operator.refresh_engine().await?;
        say(&format!("Phone numbers typed to tenant {tenant} are read as in {}.", self.country))
    }
}

impl SenderId {
    pub(super) async fn run(self, operator: &Operator) -> anyhow::Result<()> {
        match self {
            Self::Add { tenant, account, calling_code, sender } => {
                let tenant = operator.tenant(&tenant).await?;
                keeping::set_sender(&operator.pool, tenant, &account, &calling_code, &sender).await?;
                operator.refresh_engine().await?;
                say(&format!("The account {account} writes to +{calling_code} as {sender}."))
            }
            Self::List { tenant, json } => {
                let tenant = operator.tenant_if(tenant.as_deref()).await?;
                let all = keeping::senders(&operator.pool, tenant).await?;
                if json {
                    let all = all.iter().map(|one| {
                        json!({
                            "tenant": one.tenant_id, "account": one.external_id, "calling_code": one.calling_code,
                            "sender": one.sender,
                        })
                    });
                    return say_json(&all.collect::<Vec<_>>());
                }
                let row = |one: &keeping::SenderRow| {
                    vec![
                        one.tenant_id.to_string(),
                        one.external_id.clone(),
                        one.calling_code.clone(),
                        one.sender.clone(),
                    ]
                };
                let rows: Vec<_> = all.iter().map(row).collect();
                let headings = ["tenant", "account", "calling code", "sender"];
                say_table(&headings, &rows, "Every account writes under its own number.")
            }
            Self::Remove { tenant, account, calling_code } => {
                let tenant = operator.tenant(&tenant).await?;
                keeping::remove_sender(&operator.pool, tenant, &account, &calling_code).await?;
                operator.refresh_engine().await?;
                say(&format!("The account {account} writes to +{calling_code} under its own number."))
            }
        }
    }
}
