//! Who is not believed learns nothing; who is not served is told so on her screen, in her language.

use ganira::config::Config;
use ganira::operations::tenants::{self, Which};
use reqwest::StatusCode;

use super::handset::{ALINE, CODE, Handset, KEY, count, refresh, salon, with};
use crate::world::World;

fn form(code: &str) -> String {
    let code = code.replace('#', "%23");
    format!("sessionId=s1&serviceCode={code}&phoneNumber=%2B250780000001&networkCode=1&text=")
}

async fn post(world: &World, path: &str, body: String) -> (StatusCode, String) {
    let request = world.http.post(world.url(path)).header("content-type", "application/x-www-form-urlencoded");
    let answer = request.body(body).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_wrong_key_gateway_or_address_is_answered_like_a_page_that_is_not_there() {
    let world = with(&[("allow_from", "203.0.113.0/24")], |_| {}).await;
    let unknown = |path: &str| format!("There is nothing at {path}.");
    for path in [
        "/webhooks/ussd/at/k3y4behind7slashez".to_owned(),
        "/webhooks/ussd/at/k".to_owned(),
        format!("/webhooks/ussd/another/{KEY}"),
        // The right key, from an address that is not the gateway's.
        format!("/webhooks/ussd/at/{KEY}"),
    ] {
        let (status, body) = post(&world, &path, form(CODE)).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(body.contains("no_such_page") && body.contains(&unknown(&path)), "{body}");
    }
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal").await, 0);
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.directory").await, 0);
    world.stop().await;
}

#[tokio::test]
async fn a_proxy_of_our_own_is_believed_about_the_address_and_nobody_else_is() {
    let behind = with(&[("allow_from", "203.0.113.0/24")], |config: &mut Config| {
        config.server.trusted_proxies = Some(networks("127.0.0.0/8, ::1"));
    })
    .await;
    let ask = async |world: &World, forwarded: &str| {
        let url = world.url(&format!("/webhooks/ussd/at/{KEY}"));
        let request = world.http.post(url).header("content-type", "application/x-www-form-urlencoded");
        request.header("x-forwarded-for", forwarded).body(form(CODE)).send().await.unwrap().status()
    };
    assert_eq!(ask(&behind, "203.0.113.9").await, StatusCode::OK);
    assert_eq!(ask(&behind, "198.51.100.1, 203.0.113.9, 127.0.0.2").await, StatusCode::OK);
    assert_eq!(
        ask(&behind, "203.0.113.9, 198.51.100.1").await,
        StatusCode::NOT_FOUND,
        "the left was written by a stranger"
    );
    assert_eq!(ask(&behind, "nonsense").await, StatusCode::NOT_FOUND);
    behind.stop().await;

    let open = with(&[("allow_from", "203.0.113.0/24")], |_| {}).await;
    assert_eq!(ask(&open, "203.0.113.9").await, StatusCode::NOT_FOUND, "no proxy of ours stands before it");
    open.stop().await;
}

fn networks(text: &str) -> ganira::config::Networks {
    super::handset::gateway(&[("allow_from", text)]).allow_from.unwrap()
}

#[tokio::test]
async fn a_code_nobody_has_and_one_that_is_stopped_end_with_words() {
    let world = salon().await;
    let path = format!("/webhooks/ussd/at/{KEY}");
    let (status, body) = post(&world, &path, form("*999#")).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "END This service is not available at the moment."));

    let pool = world.database.pool().await;
    let id = sqlx::query_scalar("SELECT id FROM ganira.account WHERE channel = 'ussd'").fetch_one(&pool).await.unwrap();
    let which = Which::Account(ganira::domain::AccountId(id));
    tenants::stop(&pool, &which, "unpaid").await.unwrap();
    refresh(&world).await;
    for (language, text) in [
        ("en", "END This service is not available at the moment."),
        ("fr", "END Ce service n'est pas disponible pour le moment."),
        ("rw", "END Iyi serivisi ntiboneka ubu."),
        ("sw", "END Huduma hii haipatikani kwa sasa."),
    ] {
        sqlx::query("UPDATE ganira.tenant SET language = $1").bind(language).execute(&pool).await.unwrap();
        refresh(&world).await;
        assert_eq!(Handset::new(&world, ALINE, "s2").dial("").await, text);
    }
    tenants::resume(&pool, &which).await.unwrap();
    refresh(&world).await;
    assert!(Handset::new(&world, ALINE, "s3").dial("").await.starts_with("CON "));
    world.stop().await;
}

#[tokio::test]
async fn whoever_dials_too_fast_is_told_to_wait_in_the_language_she_chose_and_leaves_no_letter() {
    let world = with(&[], |config| {
        config.limits.sender_per_minute = 1;
        config.limits.sender_burst = 4;
    })
    .await;
    let mut handset = Handset::new(&world, ALINE, "ATUid_1");
    let menu = handset.dial("").await;
    let tongues = handset.key(&super::handset::number(&menu, "Ururimi")).await;
    handset.key(&super::handset::number(&tongues, "Fran")).await;
    handset.key("3").await;
    let refused = handset.key("1").await;
    assert_eq!(refused, "END Trop de demandes à la fois. Patientez une minute, puis composez à nouveau *384*77#.");
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.dead_letter").await, 0);
    world.stop().await;
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_an_end_and_is_kept_once() {
    let world = salon().await;
    for _ in 0..2 {
        let (status, body) = post(&world, &format!("/webhooks/ussd/at/{KEY}"), "what=this".to_owned()).await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.starts_with("END "), "{body}");
    }
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.dead_letter WHERE reason = 'unreadable'").await, 1);
    world.stop().await;
}

#[tokio::test]
async fn an_engine_that_stands_by_ends_the_session_with_words() {
    let world = salon().await;
    // Another engine lives: this one is fenced at its next commit, and may not begin again.
    sqlx::query("INSERT INTO ganira.node (name, incarnation, beat) VALUES ('another', 1, now() + interval '1 hour')")
        .execute(&world.database.pool().await)
        .await
        .unwrap();
    sqlx::query("UPDATE ganira.writer SET alive = false").execute(&world.database.pool().await).await.unwrap();
    crate::world::wait_for("the engine to stand by", async || {
        let ready = world.http.get(world.url("/readyz")).send().await.unwrap();
        (!ready.status().is_success()).then_some(())
    })
    .await;
    let screen = Handset::new(&world, ALINE, "ATUid_1").dial("").await;
    assert_eq!(screen, "END This takes longer than it should. Please dial *384*77# again to go on.");
    world.stop().await;
}
