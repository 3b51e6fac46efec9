//! Tests of the library as another program uses it.

mod shape;
