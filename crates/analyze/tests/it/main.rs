//! Tests of the library as another program uses it.

mod assertion;
mod filter;
mod recordings;
mod selection;
mod shape;
mod transcript;
