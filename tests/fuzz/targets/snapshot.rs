//! What stands in the tables behind the seal. Nobody outside can write it; a wrong byte must still be no more than a refusal.

use ganira::actors::snapshot::{Kept, Snapshot};
use ganira::flows::{FlowSet, State};

use super::Target;
use super::state::states;
use crate::harness::Seen;

pub const TARGET: Target = Target { name: "snapshot", seeds, words: &[], bytes_max: 16 * 1024, share: 6, run };

fn seeds() -> Vec<Vec<u8>> {
    let kept = |written: &Vec<u8>| {
        let kept = Kept { state: State::read(written).unwrap(), ..Kept::default() };
        Snapshot { kept, ..Snapshot::default() }.encode().unwrap()
    };
    states(&FlowSet::shipped("salon").unwrap()).iter().map(kept).collect()
}

fn run(input: &[u8], seen: &mut Seen) {
    match Snapshot::decode(input) {
        Ok(snapshot) => {
            let written = snapshot.encode().unwrap();
            assert_eq!(Snapshot::decode(&written).unwrap(), snapshot);
            seen.see(snapshot.kept.state.place());
        }
        Err(error) => seen.see(error.to_string().split_whitespace().take(4).collect::<Vec<_>>()),
    }
}
