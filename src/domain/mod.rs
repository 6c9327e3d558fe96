//! Values that cannot be wrong. Pure: no IO, no clock (but for [`clock`], the one place that asks it), no randomness.

pub mod access;
pub mod address;
pub mod booking;
pub mod clock;
pub mod country;
pub mod hop;
pub mod ids;
pub mod inbound;
pub mod money;
pub mod move_code;
pub mod outbound;
pub mod quiet;
pub mod receipt;
mod typed_phone;
pub mod window;

pub use access::{Role, Scope};
pub use address::{Address, Phone, ScopedId, sender_number};
pub use clock::{Clock, Timestamp};
pub use country::Country;
pub use hop::{Hop, Screen, Typed, account_name};
pub use ids::{AccountId, ContactId, Conversation, EventId, OutboxId, Seq, Shard, TenantId, Trace};
pub use inbound::{Inbound, InboundKind, MediaKind, MediaRef, Message, MessageBody, Referral, Sender};
pub use money::Money;
pub use move_code::MoveCode;
pub use outbound::{Button, Content, ListRow, Template};
pub use quiet::QuietHours;
pub use receipt::{DeliveryState, Receipt};
pub use window::TimeWindow;
