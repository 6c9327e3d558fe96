//! A gateway of short messages that posts once and never repeats, whose 200 is a promise.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::town::Town;

pub const SMS_GATEWAY: &str = "texts";
pub const SMS_KEY: &str = "0123456789abcdef";
pub const SMS_NUMBER: &str = "7711";

/// The texts that were acknowledged.
#[derive(Debug)]
pub struct Texts {
    pub sent: usize,
    url: String,
}

impl Texts {
    pub fn new(town: &Town) -> Self {
        Self { sent: 0, url: format!("{}/webhooks/sms/{SMS_GATEWAY}/{SMS_KEY}", town.server) }
    }

    /// Whether the `n`th text was acknowledged.
    pub async fn post(&self, town: &Town, n: usize) -> bool {
        let today = ganira::domain::Clock::system().now().date_naive();
        let from = 5_000_000 + n;
        let body = format!("from=%2B25078{from}&to={SMS_NUMBER}&text=hello&id=text-{n}&date={today}+00%3A00%3A01");
        let request = town.http.post(&self.url).header("content-type", "application/x-www-form-urlencoded").body(body);
        let answer = request.timeout(Duration::from_secs(20)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// One more text, again and again until it is acknowledged.
    pub async fn post_until_taken(&mut self, town: &Town) {
        let begun = Instant::now();
        while !self.post(town, self.sent).await {
            assert!(begun.elapsed() < Duration::from_mins(1), "a text is never taken: {}", town.logs());
            sleep(Duration::from_millis(50)).await;
        }
        self.sent += 1;
    }

    /// Waits until each is.
    pub async fn all_in_the_journal(&self, town: &Town) {
        let begun = Instant::now();
        let of = "journal WHERE kind = 1 AND account_id IN (SELECT id FROM ganira.account WHERE channel = 'sms')";
        while town.database.count(of).await < self.sent as i64 {
            assert!(begun.elapsed() < Duration::from_mins(1), "a text was lost: {}", town.logs());
            sleep(Duration::from_millis(50)).await;
        }
    }
}
