//! What operators set.

use chrono::NaiveTime;
use ganira::domain::Country;
use ganira::operations::keeping::{self, KeepingError};
use sqlx::PgPool;

use crate::world::World;

fn time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").unwrap()
}

/// An SMS account as it stands in the table.
async fn sms_account(world: &World, pool: &PgPool, name: &str) {
    sqlx::query("INSERT INTO ganira.account (tenant_id, channel, external_id, parent_id, app) VALUES ($1, 'sms', $2, 'inzozi', 'at')")
        .bind(world.tenant.0)
        .bind(name)
        .execute(pool)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_tenant_has_senders_by_country_quiet_hours_and_a_country() {
    let world = World::diary().await;
    let pool = world.database.pool().await;
    let tenant = world.tenant;
    sms_account(&world, &pool, "at 7711").await;
    keeping::set_sender(&pool, tenant, "at 7711", "250", "INZOZI").await.unwrap();
    keeping::set_sender(&pool, tenant, "at 7711", "250", "Inzozi Ltd").await.unwrap();
    keeping::set_sender(&pool, tenant, "at 7711", "254", "20880").await.unwrap();
    let all = keeping::senders(&pool, Some(tenant)).await.unwrap();
    let all: Vec<_> = all.iter().map(|one| (one.calling_code.as_str(), one.sender.as_str())).collect();
    assert_eq!(all, [("250", "Inzozi Ltd"), ("254", "20880")]);
    for sender in ["", "ab", "12", "Salon Inzozi Ltd", "{Inzozi}{}", "1234567890123456", "Inzozi 🌍", "...", " Inzozi"]
    {
        let error = keeping::set_sender(&pool, tenant, "at 7711", "250", sender).await;
        let short = ["ab"].contains(&sender);
        assert_eq!(matches!(error, Err(KeepingError::Sender(_))), !short, "{sender:?} {error:?}");
    }
    for code in ["", "+250", "00250", "2a", "25000000"] {
        let error = keeping::set_sender(&pool, tenant, "at 7711", code, "INZOZI").await.unwrap_err();
        assert!(matches!(error, KeepingError::CallingCode(_)), "{code:?} {error}");
    }
    let error = keeping::set_sender(&pool, tenant, "at 7712", "250", "INZOZI").await.unwrap_err();
    assert!(matches!(error, KeepingError::NoAccount { .. }), "{error}");
    keeping::remove_sender(&pool, tenant, "at 7711", "254").await.unwrap();
    let error = keeping::remove_sender(&pool, tenant, "at 7711", "254").await.unwrap_err();
    assert!(matches!(error, KeepingError::NoSender { .. }), "{error}");

    assert_eq!(keeping::country(&pool, tenant).await.unwrap(), Some(Country::RWANDA), "that of its zone");
    keeping::set_country(&pool, tenant, Country::named("KE").unwrap()).await.unwrap();
    assert_eq!(keeping::country(&pool, tenant).await.unwrap().unwrap().code(), "KE");

    let error = keeping::set_quiet(&pool, tenant, Some((time("21:00"), time("21:00")))).await.unwrap_err();
    assert!(matches!(error, KeepingError::WholeDay(_)), "{error}");
    keeping::set_quiet(&pool, tenant, Some((time("21:00"), time("07:00")))).await.unwrap();
    let nobody = ganira::domain::TenantId(999);
    assert!(matches!(keeping::set_quiet(&pool, nobody, None).await.unwrap_err(), KeepingError::NoTenant(_)));
    world.stop().await;
}
