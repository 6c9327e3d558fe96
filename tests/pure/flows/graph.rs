//! Flows as pictures.

use ganira::flows::{Environment, FlowSet};

fn golden(name: &str, text: &str) {
    insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn the_booking_flow_is_drawn_with_scenes_steps_and_arms() {
    let salon = FlowSet::shipped("salon").unwrap();
    golden("graph_booking_mermaid", &salon.mermaid("booking").unwrap());
    golden("graph_booking_svg", &salon.svg("booking").unwrap());
    assert!(salon.mermaid("nowhere").is_none());
}

#[test]
fn what_a_flow_says_cannot_break_out_of_its_picture() {
    let flow = "flow: f\nformat: 1\nstart: {otherwise: true}\nscenes:\n  end_of_it:\n    - if: \"'x' == '<b>&\\\"#'\"\n      then: [end]\n    - go: two\n  two: [end]\n";
    let set = FlowSet::load(&[("f.flow.yaml", flow), ("f.en.ftl", "### unreviewed\n")], &Environment::default())
        .unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    let (mermaid, svg) = (set.mermaid("f").unwrap(), set.svg("f").unwrap());
    assert!(mermaid.contains("#lt;b#gt;#amp;#quot;#35;"), "{mermaid}");
    assert!(svg.contains("&lt;b&gt;&amp;&quot;#"), "{svg}");
}
