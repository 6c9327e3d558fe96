//! SMS: receipts by names that are not ours, and the gateways end to end.

mod names;
