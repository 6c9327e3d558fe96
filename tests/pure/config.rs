//! Settings: layers, mistakes all at once, and secrets that never show.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ganira::config::{
    Config, ConfigError, DEV_APP_SECRET, DEV_HASH_KEY, DEV_KEY_RING, DEV_PROVIDER_SECRET, LogFormat, Mistake, Purpose,
    Sources,
};
use secrecy::ExposeSecret as _;

const SECRET: &str = "very-secret-value";

fn sources(purpose: Purpose, environment: &[(&str, &str)]) -> Sources {
    let environment: BTreeMap<_, _> =
        environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Sources { purpose, file: None, environment }
}

fn load(sources: &Sources) -> Result<Config, ConfigError> {
    Config::load(sources, |_, _| {})
}

/// What `serve` needs at least.
fn complete() -> Vec<(&'static str, &'static str)> {
    vec![
        ("GANIRA__DATABASE__URL", "postgres://ganira:very-secret-value@db/ganira"),
        ("GANIRA__SECRETS__KEY_RING", "k1:very-secret-value"),
        ("GANIRA__SECRETS__HASH_KEY", SECRET),
        ("GANIRA__WHATSAPP__APPS__MAIN__SECRETS", "very-secret-value,older"),
        ("GANIRA__WHATSAPP__APPS__MAIN__VERIFY_TOKEN", "0123"),
    ]
}

fn with<'a>(more: &[(&'a str, &'a str)]) -> Sources {
    sources(Purpose::Serve, &[complete(), more.to_vec()].concat())
}

fn mistakes(sources: &Sources) -> Vec<Mistake> {
    load(sources).unwrap_err().mistakes
}

fn paths(mistakes: &[Mistake]) -> Vec<&str> {
    mistakes.iter().map(|mistake| mistake.path.as_str()).collect()
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    fs::write(&file, text).unwrap();
    file
}

#[test]
fn defaults_hold_where_nothing_is_said() {
    let config = load(&with(&[])).unwrap();
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.server.body_bytes_max, 4_194_304);
    assert_eq!(config.engine.lanes, 2);
    assert_eq!(config.logging.format, LogFormat::Json);
    assert_eq!(config.whatsapp.graph_version, "v26.0");
    assert!(!config.media.allow_private_hosts);
}

#[test]
fn every_default_is_a_value_its_own_field_takes() {
    for field in Config::fields() {
        let Some(default) = field.default else { continue };
        let written = [(field.variable(), default.to_owned())].into_iter();
        let mut sources = with(&[]);
        sources.environment.extend(written);
        if field.path.starts_with("providers.") {
            // A named section is only there as a whole.
            let beside = |name: &str| field.variable().replace("TIMEOUT_MS", name);
            sources.environment.insert(beside("URL"), "https://provider.example".to_owned());
            sources.environment.insert(beside("SECRET"), DEV_PROVIDER_SECRET.to_owned());
        }
        if field.path.starts_with("ussd.gateways.") || field.path.starts_with("sms.gateways.") {
            let name = field.path.rsplit('.').next().unwrap().to_uppercase();
            let beside = |other: &str| field.variable().replace(&name, other);
            sources.environment.insert(beside("KIND"), "africastalking".to_owned());
            sources.environment.insert(beside("KEY"), SECRET.to_owned());
        }
        if field.path.starts_with("sms.gateways.") {
            let name = field.path.rsplit('.').next().unwrap().to_uppercase();
            let beside = |other: &str| field.variable().replace(&name, other);
            let kind = if name == "VONAGE_API" { "vonage" } else { "smpp" };
            sources.environment.insert(beside("KIND"), kind.to_owned());
            sources.environment.insert(beside("KEY"), SECRET.to_owned());
        }
        if field.path == "database.private" {
            continue;
        }
        load(&sources).unwrap_or_else(|error| panic!("{}: {error}", field.path));
    }
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[engine]\nlanes = 3\nheartbeat_ms = 400\n[server]\nlisten = \"0.0.0.0:80\"\n";
    let mut sources = with(&[("GANIRA__ENGINE__LANES", "4")]);
    sources.file = Some(write(folder.path(), "here.toml", text));
    let config = load(&sources).unwrap();
    assert_eq!((config.engine.lanes, config.engine.heartbeat_ms), (4, 400));
    assert_eq!(config.server.listen.to_string(), "0.0.0.0:80");
}

#[test]
fn the_file_may_be_named_by_a_variable() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "here.toml", "[engine]\nlanes = 3\n");
    assert_eq!(load(&with(&[("GANIRA_CONFIG", file.to_str().unwrap())])).unwrap().engine.lanes, 3);
}

#[test]
fn all_mistakes_come_at_once_with_field_variable_and_expectation() {
    let sources = sources(
        Purpose::Serve,
        &[
            ("GANIRA__SERVER__LISTEN", "somewhere"),
            ("GANIRA__ENGINE__LANES", "0"),
            ("GANIRA__LOGGING__FORMAT", "yaml"),
            ("GANIRA__ENGIN__LANES", "2"),
            ("GANIRA__WHATSAPP__APPS__MAIN__SECRETS", "a"),
        ],
    );
    let error = load(&sources).unwrap_err();
    let said = error.to_string();
    for part in [
        "5 mistakes",
        "server.listen (GANIRA__SERVER__LISTEN) is \"somewhere\": expected an address and port",
        "engine.lanes (GANIRA__ENGINE__LANES) is \"0\": expected a whole number from 1 to 16",
        "expected one of `json`, `text`",
        "engin.lanes (GANIRA__ENGIN__LANES) is not a setting: did you mean engine.lanes?",
        "whatsapp.apps.main.verify_token (GANIRA__WHATSAPP__APPS__MAIN__VERIFY_TOKEN) is not set",
    ] {
        assert!(said.contains(part), "{part:?} is missing in\n{said}");
    }
}

#[test]
fn what_serving_needs_is_asked_for_together() {
    let found = mistakes(&sources(Purpose::Serve, &[]));
    assert_eq!(paths(&found), ["database.url", "secrets.key_ring", "secrets.hash_key"]);
}

#[test]
fn settings_that_contradict_each_other_are_mistakes() {
    let found = mistakes(&with(&[
        ("GANIRA__DATABASE__PRIVATE", "true"),
        ("GANIRA__ENGINE__HEARTBEAT_MS", "1000"),
        ("GANIRA__MEDIA__STORE", "s3"),
        ("GANIRA__MEDIA__ALLOW_PRIVATE_HOSTS", "true"),
    ]));
    let expected = ["database.private", "media.allow_private_hosts", "engine.heartbeat_stale_ms", "media.s3.bucket"];
    assert_eq!(paths(&found), expected);
}

#[test]
fn an_unreadable_file_is_a_mistake_beside_the_others() {
    let mut sources = with(&[("GANIRA__ENGINE__LANES", "0")]);
    sources.file = Some(PathBuf::from("/nowhere/ganira.toml"));
    assert_eq!(mistakes(&sources).len(), 2);

    let folder = tempfile::tempdir().unwrap();
    sources.file = Some(write(folder.path(), "broken.toml", "[server\n"));
    assert!(load(&sources).unwrap_err().to_string().contains("is not TOML"));
}

#[test]
fn a_file_that_is_no_toml_is_not_shown_for_the_secrets_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut sources = with(&[]);
    sources.file = Some(write(folder.path(), "broken.toml", "[sms.gateways.at]\nkey = hush-hush\n"));
    let said = load(&sources).unwrap_err().to_string();
    assert!(said.contains("broken.toml is not TOML: line 2, column 7: ") && !said.contains("hush"), "{said}");
}

#[test]
fn secrets_may_stand_in_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "ring", "k1:abc\nk0:def\n");
    let hash = write(folder.path(), "hash", "from-a-file\n");
    let mut sources = with(&[("GANIRA__SECRETS__HASH_KEY_FILE", hash.to_str().unwrap())]);
    sources.environment.remove("GANIRA__SECRETS__HASH_KEY");
    sources.environment.remove("GANIRA__SECRETS__KEY_RING");
    sources.file = Some(write(
        folder.path(),
        "ganira.toml",
        "[secrets]\nkey_ring_file = \"ring\"\nhash_key = \"from the file\"\n",
    ));
    let config = load(&sources).unwrap();
    assert_eq!(config.secrets.key_ring.unwrap().expose_secret(), "k1:abc\nk0:def");
    assert_eq!(config.secrets.hash_key.unwrap().expose_secret(), "from-a-file");
}

#[test]
fn a_secret_given_twice_or_in_a_missing_file_is_a_mistake() {
    let found = mistakes(&with(&[("GANIRA__SECRETS__HASH_KEY_FILE", "/nowhere/hash")]));
    assert_eq!(paths(&found), ["secrets.hash_key_file"]);

    let mut sources = with(&[("GANIRA__SECRETS__HASH_KEY_FILE", "/nowhere/hash")]);
    sources.environment.remove("GANIRA__SECRETS__HASH_KEY");
    assert_eq!(paths(&mistakes(&sources)), ["secrets.hash_key_file", "secrets.hash_key"]);
}

#[test]
fn only_secrets_come_from_files() {
    let found = mistakes(&with(&[("GANIRA__ENGINE__LANES_FILE", "/nowhere")]));
    assert_eq!(paths(&found), ["engine.lanes_file"]);
}

#[test]
fn secrets_never_show() {
    let config = load(&with(&[])).unwrap();
    for shown in [config.show().to_string(), format!("{config:?}")] {
        assert!(!shown.contains(SECRET), "{shown}");
    }
    assert_eq!(config.show()["whatsapp"]["apps"]["main"]["secrets"], serde_json::json!(["***", "***"]));
    assert_eq!(config.show()["database"]["url"], "***");

    let error =
        load(&with(&[("GANIRA__DATABASE__URL", "mysql://very-secret-value"), ("GANIRA__MEDIA__S3__SECRET_KEY", "")]));
    assert!(!error.unwrap_err().to_string().contains(SECRET));
}

#[test]
fn digits_stay_as_written_in_a_text() {
    let config = load(&with(&[])).unwrap();
    assert_eq!(config.whatsapp_apps["main"].verify_token.expose_secret(), "0123");
}

#[test]
fn the_plain_database_url_counts_for_serve_and_never_for_dev() {
    let plain = ("DATABASE_URL", "postgres://plain/db");
    let mut serve = with(&[plain]);
    serve.environment.remove("GANIRA__DATABASE__URL");
    assert_eq!(load(&serve).unwrap().database.url.unwrap().expose_secret(), plain.1);

    let dev = load(&sources(Purpose::Dev, &[plain, ("GANIRA__DATABASE__URL", "postgres://other/db")])).unwrap();
    assert!(dev.database.private && dev.database.url.is_none());
}

#[test]
fn dev_needs_nothing_and_its_secrets_are_refused_by_serve() {
    let dev = load(&sources(Purpose::Dev, &[])).unwrap();
    let found = dev.refuse_dev_secrets().unwrap_err().mistakes;
    let expected = [
        "whatsapp.apps.demo.secrets",
        "whatsapp.apps.demo.verify_token",
        "providers.read.eyes.secret",
        "providers.pay.till.secret",
        "sms.gateways.at.key",
        "ussd.gateways.at.key",
        "secrets.key_ring",
        "secrets.hash_key",
    ];
    assert_eq!(paths(&found), expected);

    assert!(load(&with(&[])).unwrap().refuse_dev_secrets().is_ok());
    let renamed = DEV_KEY_RING.replace("dev:", "k2:");
    for (variable, value) in [
        ("GANIRA__WHATSAPP__APPS__MAIN__SECRETS", format!("mine,{DEV_APP_SECRET}")),
        ("GANIRA__SECRETS__KEY_RING", format!("k1:abc,{renamed}")),
        ("GANIRA__SECRETS__HASH_KEY", DEV_HASH_KEY.to_owned()),
    ] {
        assert!(load(&with(&[(variable, &value)])).unwrap().refuse_dev_secrets().is_err(), "{variable}");
    }
}

#[test]
fn the_keys_of_dev_are_keys() {
    assert!(ganira::crypto::KeyRing::parse(DEV_KEY_RING).is_ok());
    assert!(ganira::crypto::KeyedHash::parse(DEV_HASH_KEY).is_ok());
}

#[test]
fn the_page_of_settings_is_the_one_in_docs() {
    let page = include_str!("../../docs/configuration.md");
    assert!(
        page == Config::docs(),
        "docs/configuration.md is out of date: ganira config print --docs > docs/configuration.md"
    );
}
