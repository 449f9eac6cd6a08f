//! Ids: positions in tables, as `u32` newtypes, so that one table's id cannot be used with another.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub(crate) struct $name(pub(crate) u32);

        impl $name {
            /// The id of a position in its table. Tables are kept below 2^32 rows (see `compile::store`).
            #[inline(always)]
            #[allow(dead_code, reason = "not every table is built by number")]
            #[expect(clippy::cast_possible_truncation, reason = "tables are kept below 2^32 rows")]
            pub(crate) const fn new(index: usize) -> Self {
                debug_assert!(index < u32::MAX as usize);
                $name(index as u32)
            }

            /// The id as a position in its table.
            #[inline(always)]
            pub(crate) const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A path that some rule mentions.
    PathId
    /// A node of the path trie: a prefix of paths.
    NodeId
    /// A test on a path's value, interned: the same test in many rules is one.
    TestId
    /// A field: a path and the tests of which one must hold, interned.
    FieldId
    /// A conjunction: fields that must all match. A rule is one or, with `$or`, several.
    ConjunctionId
    /// A rule id of the caller's, numbered in the order of insertion.
    RuleId
    /// An array of the event at hand.
    ArrayId
    /// An element of an array of the event at hand that is itself an object or array; [`CellId::ROOT`] is the event.
    CellId
}

impl CellId {
    /// Outside every array.
    pub(crate) const ROOT: CellId = CellId(0);
}
