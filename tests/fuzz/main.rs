//! Every reader of bytes from outside, and the flow core behind them, fed with what nobody would send: no panic, no hang, and what each
//! target promises of its results. A seconds-long run belongs to `make test`; `make fuzz EXECUTIONS=1000000` is the long one.
//!
//! A target is one function of bytes and one line in [`targets::ALL`]. Its seeds are `corpus/<target>/` and what the repository has of its
//! kind already; an input that was once found to break it is committed there and is tried first ever after. See [`harness`] for the rest.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "in a test a surprise is a failure")]

mod bytes;
mod harness;
mod mutate;
mod repository;
mod targets;

macro_rules! tests {
    ($($name:ident => $target:literal)*) => {
        $(#[test]
        fn $name() {
            harness::run($target);
        })*

        #[test]
        fn every_target_is_run() {
            let run = [$($target),*];
            assert_eq!(targets::ALL.map(|target| target.name), run);
        }
    };
}

tests! {
    any_files_as_flows_are_refused_or_run => "flows"
    any_text_as_a_talk_is_refused_or_played => "talks"
    any_words_of_people_are_read_or_not => "words"
    any_expression_is_refused_or_evaluated => "expressions"
    any_text_fits_phones => "gsm"
    any_state_is_refused_or_goes_on => "state"
    any_snapshot_is_refused_or_written_again => "snapshot"
    any_session_moves_to_a_later_revision => "moves"
    any_inputs_leave_a_session_that_can_be_read_back => "advance"
    any_request_of_a_ussd_gateway_is_refused_or_answered => "ussd"
    anything_of_a_message_centre_is_read_or_kept => "smpp"
    any_request_of_an_sms_company_is_refused_or_read => "sms"
    any_webhook_of_meta_is_refused_or_read => "whatsapp"
    any_answer_and_any_file_is_judged => "graph"
    any_answer_of_a_provider_is_refused_or_read => "provider"
    any_configuration_is_refused_or_used => "config"
    any_name_is_refused_or_is_one => "names"
    anything_that_lies_in_tables_is_refused_or_written_again => "stored"
}
