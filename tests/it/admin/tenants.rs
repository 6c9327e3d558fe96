//! Tenants and their numbers.

use ganira::crypto::KeyRing;
use ganira::domain::TenantId;
use ganira::operations::tenants::{self, NewTenant, NewWhatsapp, TenantError, Which};
use ganira::store::seals;
use sqlx::PgPool;

use super::ring_key;
use crate::harness;

fn new(name: &str) -> NewTenant {
    NewTenant { name: name.into(), zone: "Africa/Kigali".into(), language: "en".into(), flow: "salon".into() }
}

fn number(phone_number_id: &str) -> NewWhatsapp {
    NewWhatsapp {
        phone_number_id: phone_number_id.into(),
        waba_id: "102290129340398".into(),
        app: "main".into(),
        token: Some("EAAG-a-token".to_owned().into()),
    }
}

fn which(phone_number_id: &str) -> Which {
    Which::PhoneNumberId(phone_number_id.into())
}

async fn refused(pool: &PgPool, ring: &KeyRing, change: impl FnOnce(&mut NewTenant)) -> TenantError {
    let mut wrong = new("Salon Ingabo");
    change(&mut wrong);
    tenants::create(pool, ring, &wrong).await.unwrap_err()
}

#[tokio::test]
async fn a_token_is_sealed_by_its_tenants_key_and_for_its_number_only() {
    let database = harness::database().await;
    let (pool, ring) = (database.pool().await, KeyRing::parse(&ring_key("k1", 1)).unwrap());
    let first = tenants::create(&pool, &ring, &new("Salon Umutako")).await.unwrap();
    let second = tenants::create(&pool, &ring, &new("Salon Ishema")).await.unwrap();
    tenants::add_whatsapp(&pool, &ring, first, &number("1001")).await.unwrap();

    let listed = tenants::list(&pool).await.unwrap();
    let key = |index: usize| ring.unwrap_tenant_key(listed[index].0.id.0, &listed[index].0.wrapped_key).unwrap();
    assert_eq!([listed[0].0.id, listed[1].0.id], [first, second]);
    let sealed = listed[0].1[0].credential.clone().unwrap();
    assert!(!sealed.windows(5).any(|bytes| bytes == b"token"), "the token stands in the clear");
    assert_eq!(key(0).open(seals::CREDENTIAL, b"1001", &sealed).unwrap(), b"EAAG-a-token");
    assert!(key(0).open(seals::CREDENTIAL, b"1002", &sealed).is_err());
    assert!(key(1).open(seals::CREDENTIAL, b"1001", &sealed).is_err());
}

#[tokio::test]
async fn what_cannot_be_a_tenant_is_refused_with_the_reason() {
    let database = harness::database().await;
    let (pool, ring) = (database.pool().await, KeyRing::parse(&ring_key("k1", 1)).unwrap());
    tenants::create(&pool, &ring, &new("Salon Umutako")).await.unwrap();
    assert!(matches!(refused(&pool, &ring, |t| t.zone = "Kigali".into()).await, TenantError::Zone(_)));
    assert!(matches!(refused(&pool, &ring, |t| t.flow = "bakery".into()).await, TenantError::Flow(_)));
    assert!(matches!(refused(&pool, &ring, |t| t.language = "de".into()).await, TenantError::Language { .. }));
    assert!(matches!(refused(&pool, &ring, |t| t.name = "  ".into()).await, TenantError::Name(_)));
    let taken = refused(&pool, &ring, |t| t.name = "Salon Umutako".into()).await;
    assert!(matches!(&taken, TenantError::NameTaken(_)), "{taken}");
    assert_eq!(tenants::list(&pool).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_number_belongs_to_one_tenant() {
    let database = harness::database().await;
    let (pool, ring) = (database.pool().await, KeyRing::parse(&ring_key("k1", 1)).unwrap());
    let first = tenants::create(&pool, &ring, &new("Salon Umutako")).await.unwrap();
    let second = tenants::create(&pool, &ring, &new("Salon Ishema")).await.unwrap();
    tenants::add_whatsapp(&pool, &ring, first, &number("1001")).await.unwrap();
    let taken = tenants::add_whatsapp(&pool, &ring, second, &number("1001")).await.unwrap_err();
    assert!(matches!(taken, TenantError::AccountTaken(_)), "{taken}");
    let wrong = tenants::add_whatsapp(&pool, &ring, second, &number("+250780000001")).await.unwrap_err();
    assert!(matches!(wrong, TenantError::NotAnId { .. }), "{wrong}");
    let nobody = tenants::add_whatsapp(&pool, &ring, TenantId(99), &number("1002")).await.unwrap_err();
    assert!(matches!(nobody, TenantError::NoTenant(_)), "{nobody}");
}

#[tokio::test]
async fn a_number_is_stopped_resumed_and_given_another_token() {
    let database = harness::database().await;
    let (pool, ring) = (database.pool().await, KeyRing::parse(&ring_key("k1", 1)).unwrap());
    let tenant = tenants::create(&pool, &ring, &new("Salon Umutako")).await.unwrap();
    tenants::add_whatsapp(&pool, &ring, tenant, &number("1001")).await.unwrap();
    let account = async || tenants::list(&pool).await.unwrap()[0].1[0].clone();
    tenants::stop(&pool, &which("1001"), "bill unpaid").await.unwrap();
    assert_eq!(account().await.stopped_reason.as_deref(), Some("bill unpaid"));
    tenants::resume(&pool, &which("1001")).await.unwrap();
    assert_eq!(account().await.stopped_reason, None);
    let before = account().await.credential;
    tenants::set_token(&pool, &ring, "1001", &"EAAG-another".to_owned().into()).await.unwrap();
    assert_ne!(account().await.credential, before);
    assert!(matches!(tenants::stop(&pool, &which("1002"), "").await.unwrap_err(), TenantError::NoAccount(_)));
}
