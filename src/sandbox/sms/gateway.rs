//! A company's gateway as the sandbox plays it.

/// Whose gateway it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmsCompany {
    AfricasTalking,
    Twilio,
    Infobip,
    Vonage,
}

/// One gateway, with what the engine and the company agreed on.
#[derive(Debug, Clone)]
pub struct SmsGateway {
    /// The name in the engine's webhooks.
    pub name: String,
    pub company: SmsCompany,
    /// The secret part of the webhooks' paths.
    pub key: String,
    /// What the company calls the customer: username, account SID, api_key.
    pub customer: String,
    /// What the customer sends with.
    pub credential: String,
    /// What webhooks are signed with; unset, they are not.
    pub signing: Option<String>,
    /// What the header `Authorization` of webhooks says, with Infobip.
    pub authorization: Option<String>,
    /// The address under which the company believes the engine to be, where it signs that: `https://chat.example.com`.
    pub public: Option<String>,
    /// The numbers and senders of the customer; the first one gets what people say to nobody in particular.
    pub numbers: Vec<String>,
}

impl SmsGateway {
    /// One whose customer, credential and signing secret are what everybody knows.
    pub fn new(name: &str, company: SmsCompany, key: &str, number: &str) -> Self {
        Self {
            name: name.to_owned(),
            company,
            key: key.to_owned(),
            customer: "sandbox".to_owned(),
            credential: "dev-sms-credential".to_owned(),
            signing: None,
            authorization: None,
            public: None,
            numbers: vec![number.to_owned()],
        }
    }

    pub(super) fn owns(&self, number: &str) -> bool {
        let bare = |text: &str| text.trim_start_matches('+').to_owned();
        self.numbers.iter().any(|own| bare(own) == bare(number))
    }

    /// Where messages are posted.
    pub(super) fn inbound(&self) -> String {
        format!("/webhooks/sms/{}/{}", self.name, self.key)
    }

    /// Where reports are posted, unless a message says otherwise.
    pub(super) fn status(&self) -> String {
        format!("{}/status", self.inbound())
    }

    /// Path and query of an address the engine named; `None` where it names another machine than the engine is believed to be.
    pub(super) fn path_of(&self, url: &str) -> Option<String> {
        if let Some(public) = &self.public {
            return url.strip_prefix(public.trim_end_matches('/')).map(str::to_owned);
        }
        let after = url.split_once("://")?.1;
        Some(after[after.find('/')?..].to_owned())
    }
}
