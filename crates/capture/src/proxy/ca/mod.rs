//! Our certificate authority: a root, and the leaves that it signs.

mod key_file;
mod leaf;
mod root;
mod signing_key;

pub(crate) use leaf::LeafStore;
pub use root::RootCa;
pub(crate) use root::random;
