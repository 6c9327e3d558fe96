//! Configuration files and variables: usable or refused with everything that is wrong, and no secret is shown either way. What is usable makes
//! gateways or says what is missing.

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use ganira::channels::{sms, ussd};
use ganira::config::{Config, Purpose, Sources};

use super::Target;
use crate::harness::Seen;

pub const TARGET: Target = Target { name: "config", seeds, words: WORDS, bytes_max: 8 * 1024, run };

/// Stands in no setting that is shown, and in every secret of the seeds.
const SECRET: &str = "hush-hush-0123456789abcdef";
const WORDS: &[&str] = &[
    "serve\n",
    "dev\n",
    "GANIRA__SERVER__BIND=",
    "GANIRA__USSD__GATEWAYS__AT__KEY=",
    "\n\n",
    "[server]\n",
    "[database]\n",
    "[secrets]\n",
    "[engine]\n",
    "[whatsapp.apps.main]\n",
    "[ussd.gateways.at]\n",
    "[ussd.gateways.own.request]\n",
    "[sms.gateways.infobip]\n",
    "[providers.read.eyes]\n",
    "[media.s3]\n",
    "kind = \"custom\"\n",
    "kind = \"smpp\"\n",
    "key = \"hush-hush-0123456789abcdef\"\n",
    "secrets = [\"hush-hush-0123456789abcdef\"]\n",
    "pattern = \"^(?P<session>.*)$\"\n",
    "allow_from = [\"203.0.113.0/24\"]\n",
    "number = \"*384*77#\"\n",
    "= 18446744073709551615\n",
    "= -1\n",
    "= 1979-05-27T07:32:00Z\n",
    "= '''",
    "= [[1]]\n",
    "= { a.b = 1 }\n",
    "'",
    "\"",
    "]",
    "=",
    "_file = \"\"\n",
];

/// A folder of this process alone: runs of several machines' jobs may share a target folder.
static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

/// The purpose, variables in lines, an empty line, then the file.
fn seeds() -> Vec<Vec<u8>> {
    let presets = ussd::kinds().into_iter().filter(|kind| kind != "custom").map(|kind| {
        format!("dev\n\n[ussd.gateways.{kind}]\nkind = \"{kind}\"\nkey = \"{SECRET}\"\nnumber = \"*384*77#\"\ncountry = \"RW\"\n")
    });
    let companies = ["africastalking", "twilio", "infobip", "vonage"].into_iter().map(|company| {
        format!("dev\nGANIRA__SMS__GATEWAYS__{}__KEY={SECRET}\n\n[sms.gateways.{company}]\nkind = \"{company}\"\npublic_url = \"https://chat.example.com\"\nsecrets = [\"{SECRET}\"]\nsignature = \"hmac-sha256\"\n", company.to_uppercase())
    });
    let others = [
        format!(
            "serve\nDATABASE_URL=postgres://a@127.0.0.1/b\n\n[server]\nbind = \"127.0.0.1:8080\"\n\n[secrets]\nkey_ring = \"a:{SECRET}\"\nhash_key = \"{SECRET}\"\n"
        ),
        format!(
            "serve\n\n[whatsapp.apps.main]\nsecrets = \"{SECRET}\"\nverify_token = \"{SECRET}\"\n\n[providers.read.eyes]\nurl = \"https://eyes.example.com\"\nsecret = \"whsec_{SECRET}\"\n"
        ),
        format!(
            "dev\n\n[sms.gateways.centre]\nkind = \"smpp\"\nhost = \"127.0.0.1\"\nport = 2775\nsystem_id = \"a\"\npassword = \"{SECRET}\"\nkey = \"{SECRET}\"\nnumber = \"7711\"\n"
        ),
    ];
    presets.chain(companies).chain(others).map(String::into_bytes).collect()
}

fn run(input: &[u8], seen: &mut Seen) {
    let text = String::from_utf8_lossy(input);
    let (head, file) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut lines = head.lines();
    let purpose = if lines.next() == Some("serve") { Purpose::Serve } else { Purpose::Dev };
    // A file that is named in place of a secret is read: not here, where any name may come.
    if file.contains("_file") || head.to_lowercase().contains("_file") || head.contains("GANIRA_CONFIG") {
        return;
    }
    let path: PathBuf = FOLDER.path().join("ganira.toml");
    fs::write(&path, file).unwrap();
    let environment =
        lines.filter_map(|line| line.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned()));
    let sources = Sources { purpose, file: Some(path), environment: environment.collect() };
    match Config::load(&sources, |_, _| {}) {
        Err(error) => {
            let said = error.to_string();
            assert!(!error.mistakes.is_empty());
            hidden(&said, &text);
            for mistake in &error.mistakes {
                seen.see((mistake.path.split('.').take(2).collect::<Vec<_>>(), words(&mistake.text)));
            }
        }
        Ok(config) => {
            hidden(&config.show().to_string(), &text);
            for (name, gateway) in &config.ussd_gateways {
                seen.see(("ussd", ussd::Gateway::new(name, gateway).map_err(|error| words(&error.to_string())).err()));
            }
            for (name, gateway) in &config.sms_gateways {
                seen.see((
                    "sms",
                    sms::Gateway::new(name, gateway, None).map_err(|error| words(&error.to_string())).err(),
                ));
            }
        }
    }
}

/// The seeds' secret may stand by mutation where no secret belongs; then it is shown rightly.
fn hidden(said: &str, text: &str) {
    let plain = !text.contains('{') && !text.contains("'''") && !text.contains("\"\"\"");
    let only_as_secret = plain
        && text.lines().filter(|line| line.contains(SECRET)).all(|line| {
            line.split(['=', '_']).map(str::trim).any(|word| SECRETS.contains(&word.to_lowercase().as_str()))
        });
    assert!(!only_as_secret || !said.contains(SECRET), "a secret is shown: {said}");
}

const SECRETS: [&str; 6] = ["key", "secret", "secrets", "ring", "token", "password"];

fn words(text: &str) -> String {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).take(6).collect()
}
