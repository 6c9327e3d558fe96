//! The table of statuses.

use ganira::channels::rule::Action;
use ganira::channels::smpp::status::{POLICY, bind_refused, outcome, rule};
use ganira::channels::{Refused, Scope, SendOutcome};

#[test]
fn throttled_and_queue_full_make_the_account_wait_and_cost_nothing() {
    for status in [0x58, 0x14] {
        let expected = SendOutcome::Throttled { scope: Scope::Account, retry_after: None, code: Some(status.into()) };
        assert_eq!(outcome(status), expected);
    }
}

#[test]
fn each_kind_of_refusal_has_its_own_outcome() {
    assert!(matches!(outcome(0x0b), SendOutcome::Refused { reason: Refused::Undeliverable, code: 0x0b, .. }));
    assert!(matches!(outcome(0x0a), SendOutcome::Refused { reason: Refused::BadRequest, .. }));
    assert!(matches!(outcome(0x08), SendOutcome::Retry { code: Some(0x08), .. }));
    assert!(matches!(outcome(0x0e), SendOutcome::AccountStopped { code: 0x0e, .. }));
    // Of vendors, and of nobody.
    for unknown in [0x400, 0x4ff, 0xdead_beef] {
        assert!(matches!(outcome(unknown), SendOutcome::Retry { .. }), "{unknown:#x}");
    }
}

#[test]
fn only_what_somebody_has_to_mend_refuses_a_bind_for_good() {
    for status in [0x0d, 0x0e, 0x0f, 0x53] {
        assert!(bind_refused(status).is_some(), "{status:#x}");
    }
    // A restart, our own session that still stands, throttling.
    for status in [0x04, 0x05, 0x08, 0x14, 0x58, 0x64, 0xff, 0x400] {
        assert_eq!(bind_refused(status), None, "{status:#x}");
    }
}

#[test]
fn no_status_stands_in_two_rules() {
    let mut last = 0;
    for rule in POLICY {
        assert!(rule.first > last && rule.last >= rule.first, "{rule:?}");
        last = rule.last;
    }
    assert_eq!(rule(0x58).map(|rule| rule.action), Some(Action::Throttle(Scope::Account, 0)));
    assert_eq!(rule(0), None);
}
