//! A shape on its way to another process: a flat list of paths.
//!
//! The list depends on what was seen alone, not on the order in which it was,
//! so equal shapes are stored as equal text. What is read back is checked: a
//! stored shape may come from anybody.

use serde::{Deserialize, Serialize};

use super::node::{Edge, Node};
use super::stats::PathStats;
use super::tree::{MAX_DEPTH, MAX_PATHS, ROOT, Shape};

/// What [`Shape`] is serialized as.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    root: PathStats,
    /// By depth, and by name among those of one depth.
    paths: Vec<StoredPath>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredPath {
    /// 0 for the root, n for the n-th of the paths.
    parent: usize,
    edge: Edge,
    #[serde(flatten)]
    stats: PathStats,
}

/// Why stored data is no shape.
#[derive(Debug, thiserror::Error)]
pub(super) enum StoredError {
    #[error("a stored shape has more than {MAX_PATHS} paths")]
    TooMany,
    #[error("path {index} of a stored shape comes before its parent")]
    Orphan { index: usize },
    #[error("path {index} of a stored shape is deeper than {MAX_DEPTH} levels")]
    TooDeep { index: usize },
}

impl From<Shape> for Stored {
    fn from(shape: Shape) -> Self {
        let order = shape.breadth_first(MAX_PATHS);
        let mut places = vec![ROOT; shape.nodes.len()];
        for (new, &old) in order.iter().enumerate() {
            places[old] = new;
        }
        let path = |&old: &usize| {
            let Node {
                parent,
                edge,
                stats,
                ..
            } = &shape.nodes[old];
            StoredPath {
                parent: places[*parent],
                edge: edge.clone(),
                stats: stats.clone(),
            }
        };
        Self {
            root: shape.root().clone(),
            paths: order.iter().skip(1).map(path).collect(),
        }
    }
}

impl TryFrom<Stored> for Shape {
    type Error = StoredError;

    fn try_from(stored: Stored) -> Result<Self, StoredError> {
        if stored.paths.len() >= MAX_PATHS {
            return Err(StoredError::TooMany);
        }
        let mut shape = Self::default();
        shape.nodes[ROOT].stats = stored.root;
        // Where each stored path went, and how deep it lies.
        let mut places = vec![(ROOT, 0)];
        for (index, path) in (1..).zip(stored.paths) {
            let &(parent, depth) = places
                .get(path.parent)
                .ok_or(StoredError::Orphan { index })?;
            if depth >= MAX_DEPTH {
                return Err(StoredError::TooDeep { index });
            }
            let place = shape.child(parent, path.edge);
            shape.nodes[place].stats.merge(path.stats);
            places.push((place, depth + 1));
        }
        Ok(shape)
    }
}
