//! Tables by name of what a checked flow set holds. A turn looks up dozens of names, so they are hashed by the fast way: the names were chosen
//! by whoever published the flows, and a table holds as many as a file has room for.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

pub(crate) type ByName<T> = HashMap<String, T, RandomState>;
pub(crate) type Names = HashSet<String, RandomState>;
