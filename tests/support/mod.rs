//! What several tests share, and the fuzz targets with them: random patterns and events, an event in every form, what
//! holds of them, and the conformance cases.

#![allow(dead_code, reason = "no test needs all of it")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "tests"
)]

pub mod alphabet;
pub mod arrays;
pub mod cases;
pub mod engine;
pub mod events;
pub mod forge;
pub mod forms;
pub mod laws;
pub mod neighbours;
pub mod patterns;
pub mod scene;
pub mod source;
pub mod text;
