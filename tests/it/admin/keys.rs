//! Turning the key ring.

use ganira::config::{Config, DEV_KEY_RING};
use ganira::crypto::KeyRing;
use ganira::operations::keys::{self, RingKeyUse};
use ganira::operations::tenants::{self, NewTenant};
use sqlx::PgPool;

use super::ring_key;
use crate::harness;
use crate::world::{World, text};

const ALINE: &str = "+250780000001";

async fn make_tenants(pool: &PgPool, ring: &KeyRing, count: usize) {
    for number in 0..count {
        let name = format!("Salon {number}");
        let new = NewTenant { name, zone: "Africa/Kigali".into(), language: "en".into(), flow: "diary".into() };
        tenants::create(pool, ring, &new).await.unwrap();
    }
    let (_, wrapped) = ring.generate_system_key();
    sqlx::query("INSERT INTO ganira.system_key (wrapped) VALUES ($1)").bind(wrapped).execute(pool).await.unwrap();
}

fn usage(uses: &[RingKeyUse]) -> Vec<(&str, u64, bool, bool)> {
    uses.iter().map(|one| (one.id.as_str(), one.tenants, one.system, one.in_ring)).collect()
}

#[tokio::test]
async fn after_a_rotation_the_old_key_is_needed_no_more() {
    let database = harness::database().await;
    let pool = database.pool().await;
    let (old, new) = (ring_key("old", 1), ring_key("new", 2));
    make_tenants(&pool, &KeyRing::parse(&old).unwrap(), 3).await;

    let both = KeyRing::parse(&format!("{new},{old}")).unwrap();
    assert_eq!(usage(&keys::list(&pool, &both).await.unwrap()), [("new", 0, false, true), ("old", 3, true, true)]);
    let rotated = keys::rotate(&pool, &both).await.unwrap();
    assert_eq!((rotated.tenants, rotated.system, rotated.removable.as_slice()), (3, true, &["old".to_owned()][..]));

    let only_new = KeyRing::parse(&new).unwrap();
    for (tenant, _) in tenants::list(&pool).await.unwrap() {
        only_new.unwrap_tenant_key(tenant.id.0, &tenant.wrapped_key).unwrap();
    }
    assert_eq!(usage(&keys::list(&pool, &only_new).await.unwrap()), [("new", 3, true, true)]);
    let again = keys::rotate(&pool, &both).await.unwrap();
    assert_eq!((again.tenants, again.system), (0, false));
}

#[tokio::test]
async fn two_rotations_at_once_wrap_each_key_once() {
    let database = harness::database().await;
    let pool = database.pool().await;
    let (old, new) = (ring_key("old", 1), ring_key("new", 2));
    make_tenants(&pool, &KeyRing::parse(&old).unwrap(), 20).await;
    let both = KeyRing::parse(&format!("{new},{old}")).unwrap();
    let (one, other) = tokio::join!(keys::rotate(&pool, &both), keys::rotate(&pool, &both));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.tenants + other.tenants, 20);
    assert!(one.system != other.system);
    let only_new = KeyRing::parse(&new).unwrap();
    for (tenant, _) in tenants::list(&pool).await.unwrap() {
        only_new.unwrap_tenant_key(tenant.id.0, &tenant.wrapped_key).unwrap();
    }
}

#[tokio::test]
async fn a_key_that_the_ring_cannot_open_is_named_and_the_others_go_on() {
    let database = harness::database().await;
    let pool = database.pool().await;
    let (lost, old, new) = (ring_key("lost", 3), ring_key("old", 1), ring_key("new", 2));
    make_tenants(&pool, &KeyRing::parse(&old).unwrap(), 1).await;
    let stranger =
        NewTenant { name: "Lost".into(), zone: "Africa/Kigali".into(), language: "en".into(), flow: "diary".into() };
    let stranger = tenants::create(&pool, &KeyRing::parse(&lost).unwrap(), &stranger).await.unwrap();
    let both = KeyRing::parse(&format!("{new},{old}")).unwrap();
    let rotated = keys::rotate(&pool, &both).await.unwrap();
    assert_eq!(rotated.tenants, 1);
    assert_eq!(rotated.failed.iter().map(|(tenant, _)| *tenant).collect::<Vec<_>>(), [Some(stranger)]);
    let uses = keys::list(&pool, &both).await.unwrap();
    assert_eq!(usage(&uses).last(), Some(&("lost", 1, false, false)));
}

async fn with_ring(world: &mut World, ring: &str) {
    world.stop_engine().await;
    world.config.secrets.key_ring = Some(ring.to_owned().into());
    world.start().await;
}

fn rings(config: &Config) -> KeyRing {
    super::ring(config)
}

/// Aline writes until she is told to stop, and every message is answered.
async fn keep_writing(world: &World, from: usize, until: usize) {
    for number in from..until {
        world.say(ALINE, &format!("line {number};")).await;
    }
}

#[tokio::test]
async fn the_ring_turns_under_load_and_everything_still_reads_without_the_old_key() {
    let mut world = World::diary().await;
    keep_writing(&world, 0, 3).await;
    let new = ring_key("new", 2);
    with_ring(&mut world, &format!("{new},{DEV_KEY_RING}")).await;
    let (pool, ring) = (world.database.pool().await, rings(&world.config));
    let (rotated, ()) = tokio::join!(keys::rotate(&pool, &ring), keep_writing(&world, 3, 12));
    let rotated = rotated.unwrap();
    assert_eq!((rotated.tenants, rotated.system, rotated.failed.len()), (1, true, 0));
    assert_eq!(rotated.removable, ["dev"]);

    with_ring(&mut world, &new).await;
    keep_writing(&world, 12, 13).await;
    let inbox = world.received(ALINE, 13).await;
    let page = text(inbox.last().unwrap());
    assert!((0..13).all(|number| page.contains(&format!("line {number};"))), "{page}");
    world.stop().await;
}

#[tokio::test]
async fn an_engine_that_was_started_without_the_new_key_goes_on() {
    let world = World::diary().await;
    keep_writing(&world, 0, 1).await;
    let pool = world.database.pool().await;
    let both = KeyRing::parse(&format!("{},{DEV_KEY_RING}", ring_key("new", 2))).unwrap();
    assert_eq!(keys::rotate(&pool, &both).await.unwrap().tenants, 1);
    let told = ganira::operations::requests::ask(
        &pool,
        &[ganira::operations::requests::Request::Refresh],
        std::time::Duration::from_secs(10),
    );
    assert_eq!(told.await.unwrap(), [Some("done".to_owned())]);
    keep_writing(&world, 1, 2).await;
    let inbox = world.received(ALINE, 2).await;
    assert!(text(&inbox[1]).contains("line 0;"), "{}", inbox[1]);
    world.stop().await;
}
