//! What stands in the tables behind the seal. Nobody outside can write it; a wrong byte must still be no more than a refusal.

use std::fs;
use std::path::Path;

use ganira::actors::snapshot::{Kept, Snapshot};
use ganira::flows::{FlowSet, State};

use super::Target;
use super::state::states;
use crate::harness::Seen;

pub const TARGET: Target = Target { name: "snapshot", seeds, words: &[], bytes_max: 16 * 1024, run };

fn seeds() -> Vec<Vec<u8>> {
    let kept = |written: &Vec<u8>| {
        let kept = Kept { state: State::read(written).unwrap(), ..Kept::default() };
        Snapshot { kept, ..Snapshot::default() }.encode().unwrap()
    };
    states(&FlowSet::shipped("salon").unwrap()).iter().map(kept).chain([first_layout()]).collect()
}

/// As the first layout was written, by its dictionary.
fn first_layout() -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let state = fs::read_to_string(folder.join("tests/pure/data/session.v1.json")).unwrap();
    let json = format!("{{\"s\":{}}}", state.trim());
    let dictionary = fs::read(folder.join("src/actors/snapshot.1.dictionary")).unwrap();
    let block = lz4_flex::block::compress_prepend_size_with_dict(json.as_bytes(), &dictionary);
    let written = [&[1, 0, 0, 0, 0, 0][..], &block].concat();
    assert!(Snapshot::decode(&written).is_ok());
    written
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
