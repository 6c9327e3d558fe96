//! `ganira channel parse`: the channel-neutral reading of a webhook body, for people who write flows or hunt an odd message.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use bytes::Bytes;
use clap::{Args, Subcommand};

use super::settings;
use crate::channels::{ussd, whatsapp};
use crate::config::{Config, DEV_USSD_KEY, Purpose, Sources};

#[derive(Debug, Args)]
pub(super) struct ChannelCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print the channel-neutral reading of a webhook body: one JSON object a line, one line an update
    Parse(Parse),
}

#[derive(Debug, Args)]
struct Parse {
    #[arg(value_parser = ["whatsapp", "ussd"])]
    channel: String,
    /// The body; for a gateway that calls with GET, what stands behind the ? of its address. - reads standard input
    file: PathBuf,
    /// For ussd: a configured gateway, or a preset such as africastalking
    #[arg(long, required_if_eq("channel", "ussd"))]
    gateway: Option<String>,
    /// For ussd with a preset: the code people dial, where the company's requests do not say it
    #[arg(long, value_name = "CODE", requires = "gateway")]
    number: Option<String>,
    /// For ussd: the path behind the key, such as session/42/start
    #[arg(long, default_value = "", requires = "gateway")]
    path: String,
    /// For ussd: the HTTP method, if not the gateway's usual one
    #[arg(long, requires = "gateway")]
    method: Option<http::Method>,
}

impl ChannelCommand {
    pub(super) fn run(self, config: Option<PathBuf>) -> anyhow::Result<()> {
        let Action::Parse(parse) = self.action;
        let body = body(&parse.file)?;
        let out = &mut std::io::stdout().lock();
        match parse.channel.as_str() {
            "ussd" => parse.ussd(config, &body, out),
            _ => updates(&body, out).with_context(|| format!("{} is no webhook body", parse.file.display())),
        }
    }
}

impl Parse {
    fn ussd(&self, config: Option<PathBuf>, body: &Bytes, out: &mut impl Write) -> anyhow::Result<()> {
        let name = self.gateway.as_deref().unwrap_or_default();
        let gateway = self.gateway(name, config)?;
        let query = String::from_utf8_lossy(body.trim_ascii_end()).into_owned();
        let method = self.method.clone().unwrap_or_else(|| gateway.usual_method().clone());
        let called =
            ussd::Called { method: &method, path: &self.path, query: &query, headers: &http::HeaderMap::new(), body };
        let asked =
            gateway.read(&called).with_context(|| format!("{} is no request of {name}", self.file.display()))?;
        line(out, &asked)
    }

    fn gateway(&self, name: &str, file: Option<PathBuf>) -> anyhow::Result<ussd::Gateway> {
        let preset = ussd::kinds().iter().any(|kind| kind == name);
        let config = if preset { self.of_preset(name)? } else { settings::load(Purpose::Dev, file)? };
        let Some(settings) = config.ussd_gateways.get(name) else {
            let known: Vec<String> = config.ussd_gateways.into_keys().chain(ussd::kinds()).collect();
            bail!("no USSD gateway {name}: expected one of {}", known.join(", "));
        };
        Ok(ussd::Gateway::new(name, settings)?)
    }

    /// A configuration with one gateway, named as its preset.
    fn of_preset(&self, name: &str) -> anyhow::Result<Config> {
        let said = [("kind", Some(name)), ("key", Some(DEV_USSD_KEY)), ("number", self.number.as_deref())];
        let variable = |field: &str| format!("GANIRA__USSD__GATEWAYS__{name}__{field}").to_uppercase();
        let environment =
            said.into_iter().filter_map(|(field, value)| Some((variable(field), value?.to_owned()))).collect();
        let sources = Sources { purpose: Purpose::Dev, file: None, environment };
        Ok(Config::load(&sources, |_, _| {})?)
    }
}

fn body(file: &Path) -> anyhow::Result<Bytes> {
    if file != Path::new("-") {
        return Ok(std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?.into());
    }
    let mut body = Vec::new();
    std::io::stdin().read_to_end(&mut body).context("standard input cannot be read")?;
    Ok(body.into())
}

/// Prints the reading of WhatsApp's webhook body: one JSON object a line, one line an update.
pub fn updates(body: &Bytes, out: &mut impl Write) -> anyhow::Result<()> {
    whatsapp::parse(body)?.iter().try_for_each(|update| line(out, update))
}

fn line(out: &mut impl Write, value: &impl serde::Serialize) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *out, value).context("the reading cannot be written")?;
    out.write_all(b"\n").context("the reading cannot be written")
}
