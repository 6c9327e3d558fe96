//! The people and their handsets.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A person with WhatsApp. Since 2026 she may have no phone number that a business sees.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Person {
    /// With `+`.
    pub(super) phone: Option<String>,
    /// Her business-scoped id.
    pub(super) user_id: Option<String>,
    pub(super) username: Option<String>,
    pub(super) name: String,
    /// What she received, oldest first.
    #[serde(skip)]
    pub(super) inbox: VecDeque<Value>,
}

/// What the control side may say about a person.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Introduction {
    pub(super) phone: Option<String>,
    pub(super) user_id: Option<String>,
    pub(super) username: Option<String>,
    pub(super) name: Option<String>,
}

/// A person's place among [`People`].
pub(super) type PersonId = usize;

/// All people, findable by either id.
#[derive(Debug, Default)]
pub(super) struct People {
    all: Vec<Person>,
    by_key: HashMap<String, PersonId>,
    /// Whose inbox holds the oldest message, the second oldest, …
    arrivals: VecDeque<PersonId>,
}

/// `250780000001`, ` 250780000001` (a `+` in a query became a space) and `+250 780 000 001` are all the same number.
pub(super) fn key(id: &str) -> String {
    if is_scoped(id.trim()) {
        return id.trim().to_owned();
    }
    let digits: String = id.chars().filter(char::is_ascii_digit).collect();
    format!("+{digits}")
}

/// Whether a text has the form of a business-scoped id: `RW.1349…`, `RW.ENT.1181…`.
pub(super) fn is_scoped(id: &str) -> bool {
    let Some((country, rest)) = id.split_once('.') else { return false };
    let rest = rest.strip_prefix("ENT.").unwrap_or(rest);
    country.len() == 2
        && country.bytes().all(|b| b.is_ascii_uppercase())
        && (1..=128).contains(&rest.len())
        && rest.bytes().all(|b| b.is_ascii_alphanumeric())
}

impl People {
    pub(super) fn find(&self, id: &str) -> Option<PersonId> {
        self.by_key.get(&key(id)).copied()
    }

    pub(super) fn get(&self, id: PersonId) -> &Person {
        &self.all[id]
    }

    /// Finds or makes the person, and learns what is said about her.
    pub(super) fn meet(&mut self, who: Introduction, most: usize) -> Result<PersonId, String> {
        let phone = who.phone.as_deref().map(key);
        let known = [&phone, &who.user_id].into_iter().flatten().find_map(|id| self.find(id));
        if phone.is_none() && who.user_id.is_none() {
            return Err("a person needs a phone such as +250780000001, or a user_id such as RW.1349".to_owned());
        }
        let id = match known {
            Some(id) => id,
            None if self.all.len() >= most => {
                return Err(format!("the sandbox already knows {most} people: restart it"));
            }
            None => {
                self.all.push(Person { name: "Sandbox Person".to_owned(), ..Person::default() });
                self.all.len() - 1
            }
        };
        let person = &mut self.all[id];
        person.phone = phone.or(person.phone.take());
        person.user_id = who.user_id.or(person.user_id.take());
        person.username = who.username.or(person.username.take());
        person.name = who.name.unwrap_or(std::mem::take(&mut person.name));
        for id_text in [person.phone.clone(), person.user_id.clone()].into_iter().flatten() {
            self.by_key.insert(id_text, id);
        }
        Ok(id)
    }

    /// Puts a message into a handset. Beyond `most` messages in all of them the oldest of all goes.
    pub(super) fn receive(&mut self, id: PersonId, message: Value, most: usize) {
        self.all[id].inbox.push_back(message);
        self.arrivals.push_back(id);
        if self.arrivals.len() > most
            && let Some(oldest) = self.arrivals.pop_front()
        {
            self.all[oldest].inbox.pop_front();
        }
    }
}

impl Person {
    /// Digits of her number, as `wa_id` has them.
    pub(super) fn wa_id(&self) -> Option<&str> {
        self.phone.as_deref().map(|phone| phone.trim_start_matches('+'))
    }

    /// The id a message id is made with.
    pub(super) fn any_id(&self) -> &str {
        self.wa_id().or(self.user_id.as_deref()).unwrap_or_default()
    }

    /// Her entry of a webhook's `contacts[]`. What a business may not see is absent, not empty.
    pub(super) fn contact(&self) -> Value {
        let mut contact = json!({ "profile": { "name": self.name } });
        if let Some(username) = &self.username {
            contact["profile"]["username"] = json!(username);
        }
        if let Some(wa_id) = self.wa_id() {
            contact["wa_id"] = json!(wa_id);
        }
        if let Some(user_id) = &self.user_id {
            contact["user_id"] = json!(user_id);
        }
        contact
    }
}
