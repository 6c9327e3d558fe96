//! Who was known before under the address that joins: her past stays findable.

use std::time::Duration;

use ganira::cli::person::remembered;
use ganira::operations::people::Erasure;

use super::*;

const PATIENCE: Duration = Duration::from_secs(15);

#[tokio::test]
async fn a_sender_with_a_past_is_joined_and_her_past_is_exported_and_erased_with_her() {
    let world = shop().await;
    world.say(ALINE_THERE, "hello").await;
    last_text(&world, ALINE_THERE, 1).await;
    let before = by_id(&world, ALINE_THERE).await;
    let code = invited(&world).await;
    let who = by_phone(&world, ALINE).await;
    assert_ne!(before, who);
    world.say(ALINE_THERE, &code.letters()).await;
    assert_eq!(last_text(&world, ALINE_THERE, 2).await, "Which town?");
    assert_eq!(by_id(&world, ALINE_THERE).await, who);

    let pool = world.database.pool().await;
    let ring = assemble::key_ring(&world.config).unwrap();
    let export = people::export(&pool, &ring, who, now(), remembered).await.unwrap();
    assert_eq!(export.addresses.len(), 2);
    assert_eq!(export.joined.len(), 1);
    assert_eq!((export.joined[0].contact, export.joined[0].events.len()), (before.contact, 1));

    assert_eq!(people::erase(&pool, who, PATIENCE).await.unwrap(), Erasure::Done);
    for sql in [
        "SELECT count(*) FROM ganira.contact_key",
        "SELECT count(*) FROM ganira.directory",
        "SELECT count(*) FROM ganira.move_code",
        "SELECT count(*) FROM ganira.contact_join",
    ] {
        assert_eq!(number(&world, sql).await, 0, "{sql}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_code_that_another_contact_holds_already_is_drawn_anew() {
    let world = shop().await;
    sms(&world, ALINE, "hello").await;
    let who = by_phone(&world, ALINE).await;
    let pool = world.database.pool().await;
    // The code that this turn draws first belongs to somebody else.
    let hashes = assemble::hash_key(&world.config).unwrap();
    let account: i64 = number(&world, "SELECT id FROM ganira.account WHERE channel = 'sms'").await;
    let event = hashes.event(account, b"the second");
    let drawn = [&who.contact.0.to_be_bytes()[..], &event, &[0]].concat();
    let first = MoveCode::drawn(hashes.draw(world.tenant.0, &drawn));
    sqlx::query("INSERT INTO ganira.move_code (tenant_id, code, contact_id, channel, expires_at) VALUES ($1, $2, 999, 'whatsapp', now())")
        .bind(world.tenant.0)
        .bind(hashes.code(world.tenant.0, &first.bytes()).as_slice())
        .execute(&pool)
        .await
        .unwrap();
    sms_as(&world, ALINE, "the second", "2").await;
    let said = said(&world, who, "sms").await;
    let given = MoveCode::in_text(said.last().unwrap()).unwrap();
    assert_ne!(given, first);
    world.say(ALINE_THERE, &given.letters()).await;
    assert_eq!(last_text(&world, ALINE_THERE, 1).await, "Which town?");
    world.stop().await;
}
