//! The calls of etcd's v3 API that are used, and their messages as they are on the wire.
//!
//! `generated.rs` is made from `etcd.proto` and checked in, so that a build needs neither `protoc` nor what would stand in
//! for it; `tests/etcd/generated.rs` makes it again and compares.

use std::marker::PhantomData;

// As prost's generator has laid it out.
#[rustfmt::skip]
#[expect(
    clippy::enum_variant_names,
    unreachable_pub,
    reason = "the names are etcd's, and the generator makes everything public"
)]
mod generated;

pub(super) use generated::*;

/// One of etcd's calls: where it is, what is asked and what is answered.
pub(super) struct Call<Q, A> {
    pub(super) path: &'static str,
    types: PhantomData<fn(Q) -> A>,
}

impl<Q, A> Call<Q, A> {
    const fn at(path: &'static str) -> Self {
        Self {
            path,
            types: PhantomData,
        }
    }
}
