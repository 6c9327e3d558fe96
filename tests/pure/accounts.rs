//! The doors of all tenants, read from a store that does not always answer.

use ganira::actors::accounts::Accounts;
use ganira::crypto::KeyRing;
use ganira::domain::{AccountId, Clock, TenantId, Timestamp};
use ganira::flows::Channel;
use ganira::store::{AccountRow, FlowFiles};

use crate::sim_store::{Call, Fault, SimStore};

const TENANT: TenantId = TenantId(1);

/// What is said to an account that nobody has is laid aside and acknowledged: an account must never look like that because a read failed.
#[tokio::test]
async fn an_account_whose_flows_cannot_be_read_now_is_not_left_out() {
    let ring = KeyRing::parse("first:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    let store = SimStore::new(Clock::of(|| Timestamp::from_timestamp(1_795_219_200, 0).unwrap()));
    store.seed_account(AccountRow {
        id: AccountId(1),
        tenant: TENANT,
        channel: "whatsapp".to_owned(),
        external_id: "106540352242922".to_owned(),
        parent_id: "102290129340398".to_owned(),
        app: "main".to_owned(),
        credential: None,
        stopped_reason: None,
        zone: "Africa/Kigali".to_owned(),
        language: "en".to_owned(),
        flow: "salon".to_owned(),
        wrapped_tenant_key: ring.generate_tenant_key(TENANT.0).1,
    });
    let flow = "flow: table\nformat: 1\nstart: {otherwise: true}\nscenes:\n  one: [say: hello, end]\n";
    let files = [("table.flow.yaml", flow), ("table.en.ftl", "### unreviewed\nhello = Hello!\n")];
    let files = files.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    store.publish(TENANT, 1, FlowFiles { digest: vec![1], files });
    store.faults().once(Call::Read("flow_files"), Fault::Unavailable);
    let accounts = Accounts::default();
    assert!(accounts.refresh(&store, &ring).await.is_err(), "a read that failed was taken for a tenant without flows");
    accounts.refresh(&store, &ring).await.unwrap();
    assert!(accounts.named(Channel::WhatsApp, "106540352242922").is_some());
}
