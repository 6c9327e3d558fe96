//! What the engine wants of a connection to a message centre. [`super::link`] is the one that speaks SMPP over TCP.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use secrecy::SecretString;

use super::parts::Part;
use super::ussd::Marks;

/// What one connection is bound for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    Both,
    Sending,
    Receiving,
}

/// Who binds.
#[derive(Debug, Clone)]
pub struct Binding {
    pub way: Way,
    pub system_id: String,
    pub password: SecretString,
}

/// A number, and how it is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    pub ton: u8,
    pub npi: u8,
    pub digits: String,
}

/// One short message or screen to submit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submit {
    pub service_type: String,
    pub source: Numbered,
    pub dest: Numbered,
    pub data_coding: u8,
    pub part: Part,
    /// Ask for a delivery receipt.
    pub receipt: bool,
    /// Comes back with the receipt at centres that follow section 5.3.2.17.
    pub reference: Option<u16>,
    pub ussd: Option<Marks>,
}

/// What became of a submit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submitted {
    /// Taken, under this id as the centre writes it.
    Taken(String),
    /// Answered with another status than 0.
    Refused(u32),
    /// Not a byte of it left.
    NotSent,
    /// It left, and no answer came.
    Lost,
    /// It cannot be written: an address or a type is too long or not ASCII.
    Unwritable(String),
}

/// A message from the centre.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivered {
    pub service_type: String,
    pub from: String,
    pub from_ton: u8,
    pub to: String,
    pub esm_class: u8,
    pub data_coding: u8,
    /// The short message, or the payload parameter in its place.
    pub octets: Bytes,
    pub sar_reference: Option<u16>,
    pub sar_total: Option<u8>,
    pub sar_number: Option<u8>,
    pub receipted_id: Option<String>,
    pub message_state: Option<u8>,
    /// The network's own code of a failure.
    pub network_error: Option<u16>,
    pub ussd: Marks,
}

/// What a connection hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// To be answered by this sequence number.
    Delivered { sequence: u32, message: Box<Delivered> },
    /// A message that does not read, whole as it came; to be answered like the others.
    Unreadable { sequence: u32, pdu: Bytes, why: String },
    /// The centre ends the session.
    Unbind { sequence: u32 },
    /// An answer that came after its time.
    Late,
    /// Any other command.
    Other { sequence: u32, what: String },
}

/// How a message from the centre is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is safe with us.
    Safe,
    /// Come again.
    Later,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum NotBound {
    #[error("the message centre cannot be reached: {0}")]
    Unreachable(String),
    /// The centre answered the bind with this status.
    #[error("the message centre refuses the bind with status {0:#04x}")]
    Refused(u32),
    /// Nothing was asked: the system id or password does not fit into a bind.
    #[error("the bind cannot be written: {0}")]
    Unwritable(String),
}

/// A bound connection. Dropping the last handle closes it.
#[async_trait]
pub trait Session: Send + Sync + Debug {
    /// Waits for room in the window, then for the answer. Dropping the future after that leaves the submit's fate unknown.
    async fn submit(&self, submit: &Submit) -> Submitted;
    /// False: the connection is gone, and the centre will send the message again.
    async fn answer(&self, sequence: u32, answer: Answer) -> bool;
    async fn answer_unbind(&self, sequence: u32);
    /// Says that a command is not understood.
    async fn refuse(&self, sequence: u32);
    /// Ends the session as the protocol wants it, and closes the connection.
    async fn unbind(&self);
    fn is_open(&self) -> bool;
    /// Room in the window.
    fn free(&self) -> usize;
}

/// A session and what it hears, in order, until the connection ends.
pub type Bound = (Arc<dyn Session>, BoxStream<'static, Heard>);

/// A message centre that can be connected to.
#[async_trait]
pub trait Centre: Send + Sync + Debug {
    async fn bind(&self, binding: &Binding) -> Result<Bound, NotBound>;
}
