//! The settings of a newcomer's machine, whose secrets everybody knows; `serve` refuses them.

use figment::value::Dict;

use super::layers::insert;

/// The app secret of the demo app.
pub const DEV_APP_SECRET: &str = "dev-app-secret";
/// The verify token of the demo app.
pub const DEV_VERIFY_TOKEN: &str = "dev-verify-token";
/// The name of the demo app.
pub const DEV_APP: &str = "demo";
/// The key ring of dev and tests: 32 bytes that spell what they are.
pub const DEV_KEY_RING: &str = "dev:Z2FuaXJhIGRldiBrZXkgcmluZywgbm90IGEgc2VjcmU=";
/// The secret part of the path of the demo SMS gateway's webhooks.
pub const DEV_SMS_KEY: &str = "devsmsgateway0001";
/// The demo SMS gateway.
pub const DEV_SMS_GATEWAY: &str = "at";
/// What signs orders to the sandbox's providers.
pub const DEV_PROVIDER_SECRET: &str = "whsec_Z2FuaXJhIGRldiBwcm92aWRlcnMsIG5vdCBhIHNlY3JldA==";
/// The name of the demo salon's USSD gateway.
pub const DEV_USSD_GATEWAY: &str = "at";
/// The secret part of the path of the sandbox's USSD gateways.
pub const DEV_USSD_KEY: &str = "dev-ussd-gateway";
/// The hash key of dev and tests.
pub const DEV_HASH_KEY: &str = "Z2FuaXJhIGRldiBoYXNoIGtleSwgbm90IGEgc2VjcmU=";

pub(super) fn layer() -> Dict {
    let mut entries = Dict::new();
    let app = ["whatsapp", "apps", DEV_APP];
    insert(&mut entries, &[app[0], app[1], app[2], "secrets"], DEV_APP_SECRET);
    insert(&mut entries, &[app[0], app[1], app[2], "verify_token"], DEV_VERIFY_TOKEN);
    insert(&mut entries, &["secrets", "key_ring"], DEV_KEY_RING);
    insert(&mut entries, &["secrets", "hash_key"], DEV_HASH_KEY);
    let gateway = |field| ["sms", "gateways", DEV_SMS_GATEWAY, field];
    insert(&mut entries, &gateway("kind"), "africastalking");
    insert(&mut entries, &gateway("key"), DEV_SMS_KEY);
    for (kind, name) in [("read", "eyes"), ("pay", "till")] {
        let at = |field| ["providers", kind, name, field];
        // `dev` puts the sandbox's own address here once it listens.
        insert(&mut entries, &at("url"), &format!("http://127.0.0.1:8090/provider/{name}"));
        insert(&mut entries, &at("secret"), DEV_PROVIDER_SECRET);
    }
    let gateway = |field| ["ussd", "gateways", DEV_USSD_GATEWAY, field];
    insert(&mut entries, &gateway("kind"), "africastalking");
    insert(&mut entries, &gateway("key"), DEV_USSD_KEY);
    insert(&mut entries, &gateway("country"), "RW");
    insert(&mut entries, &["database", "private"], "true");
    insert(&mut entries, &["media", "allow_private_hosts"], "true");
    insert(&mut entries, &["engine", "node_name"], "dev");
    insert(&mut entries, &["logging", "format"], "text");
    entries
}
