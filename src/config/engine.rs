//! Settings of the engine's living part.

use super::section::section;

section! {
    /// Turns, lanes and memory.
    Engine at "engine" {
        /// The stable name of this node: a node that restarts under its name takes its own work back at once. Unset: the host's name.
        node_name: Option<String>, "name", None;
        /// Group committers, each with its own connection.
        lanes: usize, "lanes", Some("2"), 1 to 16;
        /// The most turns in one commit.
        batch_turns_max: usize, "turns", Some("256"), 1 to 4096;
        /// The most bytes in one commit.
        batch_bytes_max: usize, "bytes", Some("1048576"), 65_536 to 67_108_864;
        /// Turns begun and not yet committed; beyond it requests are refused with 503, WhatsApp's also sooner while turns stand in line.
        turns_in_flight_max: usize, "turns", Some("4096"), 1 to 1_000_000;
        /// WhatsApp repeats what is refused, USSD and SMS do not: WhatsApp may use this share of the turns in flight.
        whatsapp_share_percent: u32, "percent", Some("80"), 1 to 100;
        /// Memory for the sealed snapshots of sleeping conversations.
        snapshot_cache_bytes: u64, "bytes", Some("134217728"), 0 to 1_099_511_627_776;
        /// A conversation without events for this long goes to sleep.
        idle_before_sleep_ms: u64, "ms", Some("60000"), 10 to 86_400_000;
        /// How often a node shows in the database that it lives.
        heartbeat_ms: u64, "ms", Some("500"), 50 to 60_000;
        /// A standby takes over when the heartbeat is older than this. At least three times `heartbeat_ms`.
        heartbeat_stale_ms: u64, "ms", Some("2500"), 150 to 600_000;
        /// How long the bot keeps silent in a conversation after the owner wrote there in her own app.
        echo_quiet_minutes: u64, "minutes", Some("60"), 0 to 10_080;
        /// How long the code is good by which a person goes on at another channel, where neither flow nor tenant says otherwise.
        move_code_minutes: u32, "minutes", Some("15"), 1 to 1_440;
    }
}

section! {
    /// How long things are kept.
    Retention at "retention" {
        /// Messages and events.
        journal_days: u32, "days", Some("90"), 8 to 3650;
        /// Dead letters that name a tenant.
        dead_letter_days: u32, "days", Some("30"), 1 to 3650;
        /// Bytes that belong to nobody.
        nobody_days: u32, "days", Some("8"), 1 to 90;
        /// Media files of customers.
        media_days: u32, "days", Some("90"), 1 to 3650;
    }
}
