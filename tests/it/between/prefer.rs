//! Where a person wants to be written to.

use ganira::flows::Purpose;
use ganira::operations::requests::Request;

use super::fall_back::tell;
use super::*;

async fn prefer(world: &World, who: Conversation, purpose: Option<Purpose>, channel: Option<Channel>) {
    let pool = world.database.pool().await;
    let asked = [Request::Prefer { who, purpose, channel }];
    let answers = requests::ask(&pool, &asked, Duration::from_secs(15)).await.unwrap();
    assert_eq!(answers, [Some("told".to_owned())]);
}

#[tokio::test]
async fn what_the_business_begins_goes_where_she_wants_it_and_answers_go_where_she_is() {
    let mut world = shop().await;
    world.say(ALINE, "hello").await;
    assert_eq!(last_text(&world, ALINE, 1).await, "Which size?");
    let who = by_phone(&world, ALINE).await;
    tell(&world, who, "shop.ready").await;
    assert_eq!(said_many(&world, who, "whatsapp", 3).await[1], "Your order is ready.", "the door she used last");

    prefer(&world, who, Some(Purpose::Reminder), Some(Channel::Sms)).await;
    world.stop_engine().await;
    world.start().await;
    tell(&world, who, "shop.ready").await;
    let by_sms = said_many(&world, who, "sms", 1).await;
    assert!(
        by_sms[0].starts_with("Your order is ready."),
        "she never wrote by SMS, and her number is known: {by_sms:?}"
    );
    tell(&world, who, "shop.asked").await;
    assert!(
        said(&world, who, "whatsapp").await.last().unwrap().starts_with("Do you still want it?"),
        "another purpose"
    );
    world.say(ALINE, "Yes").await;
    wait_for("the answer where she is", async || {
        said(&world, who, "whatsapp").await.iter().any(|text| text == "Good.").then_some(())
    })
    .await;

    prefer(&world, who, Some(Purpose::Reminder), None).await;
    let before = said(&world, who, "sms").await.len();
    tell(&world, who, "shop.ready").await;
    assert_eq!(said(&world, who, "sms").await.len(), before, "the wish is taken back");
    world.stop().await;
}
