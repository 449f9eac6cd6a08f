//! How fast the kernels are, on the workloads of the folder that the environment names: run with
//! `EVENTSIEVE_WORKLOADS=folder cargo test --release speed -- --ignored --nocapture`.

use std::time::Instant;

use super::*;
use crate::scan::index::{FindTokens, build_index};
use crate::scan::kernel::{Simd, Task};

const BUS: [&str; 27] = [
    "source",
    "detail-type",
    "account",
    "region",
    "detail.instance-id",
    "detail.state",
    "detail.source-ip",
    "detail.bucket.name",
    "detail.object.key",
    "detail.eventName",
    "detail.userIdentity.sessionContext.sessionIssuer.userName",
    "detail.severity",
    "detail.accountId",
    "detail.status",
    "detail.stateMachineArn",
    "detail.input",
    "detail.tenant.plan",
    "detail.tenant.id",
    "detail.data.user_name",
    "detail.data.type",
    "detail.cacheName",
    "detail.key",
    "detail.order.items.sku",
    "detail.order.items.qty",
    "detail.order.total",
    "detail.customer.id",
    "detail.customer.tier",
];

/// Keeps the leaves of one event, as an engine would.
#[derive(Default)]
struct Keep<'e> {
    leaves: Vec<(PathId, LeafKind, &'e [u8], CellId)>,
    arrays: u32,
    cells: u32,
}

impl<'e> Visitor<'e> for Keep<'e> {
    #[inline]
    fn leaf(&mut self, path: PathId, kind: LeafKind, text: &'e [u8], _: bool, cell: CellId) {
        self.leaves.push((path, kind, text, cell));
    }

    fn paths_met(&self) -> usize {
        0
    }

    fn restart(&mut self) {
        *self = Self::default();
    }

    fn open_array(&mut self, _: CellId) -> ArrayId {
        self.arrays += 1;
        ArrayId(self.arrays - 1)
    }

    fn open_cell(&mut self, _: ArrayId) -> CellId {
        self.cells += 1;
        CellId(self.cells)
    }
}

#[test]
#[ignore = "a measurement"]
fn speed() {
    let folder = std::env::var("EVENTSIEVE_WORKLOADS").unwrap();
    let lots = ["properties.MAPBLKLOT", "properties.STREET", "properties.ODD_EVEN", "properties.BLKLOT"];
    let workloads = [("bus_12", &BUS[..]), ("lots_exact", &lots), ("wide_1field", &["status"])];
    for (name, paths) in workloads {
        let events = std::fs::read(format!("{folder}/{name}.events")).unwrap();
        let events: Vec<&[u8]> = events.split(|byte| *byte == b'\n').filter(|event| !event.is_empty()).collect();
        let bytes = |events: &[&[u8]]| events.iter().map(|event| event.len()).sum::<usize>();
        let events = &events[..(events.len() * 3_000_000 / bytes(&events)).min(events.len())];
        let trie = PathTrie::new(paths.iter().copied());
        let mut scratch = ScanScratch::default();
        for kernel in kernels() {
            for mode in [Mode::Strict, Mode::Trusted] {
                let mut keep = Keep::default();
                let whole = measure(events, |event| {
                    keep.leaves.clear();
                    scan(kernel, mode, MAX_DEPTH, event, &trie, &mut scratch, &mut keep).unwrap();
                });
                let [tokens, index] = [false, true].map(|whole| {
                    measure(events, |event| {
                        assert!(kernel.run(Stage(&mut scratch, event, mode, whole)));
                    })
                });
                println!("  tokens {:.0} index {:.0}", tokens / events.len() as f64, index / events.len() as f64);
                println!(
                    "{name} {kernel} {mode:?}: {:.2} GB/s, {:.0} ns an event",
                    bytes(events) as f64 / whole,
                    whole / events.len() as f64,
                );
            }
        }
    }
}

/// The scanner's first stages alone.
struct Stage<'s, 'e>(&'s mut ScanScratch, &'e [u8], Mode, bool);

impl Task for Stage<'_, '_> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> bool {
        let Stage(scratch, text, mode, whole) = self;
        if whole {
            build_index(simd, mode, MAX_DEPTH, text, &mut scratch.index).is_ok()
        } else if mode == Mode::Strict {
            simd.call(FindTokens::<true> { text, index: &mut scratch.index }).is_ok()
        } else {
            simd.call(FindTokens::<false> { text, index: &mut scratch.index }).is_ok()
        }
    }
}

/// The time for all events, in ns: of each portion the best of several rounds, for the machine has other work.
fn measure<'e>(events: &[&'e [u8]], mut work: impl FnMut(&'e [u8])) -> f64 {
    let mut best = vec![f64::MAX; events.len() / 50 + 1];
    for _ in 0..50 {
        for (best, events) in best.iter_mut().zip(events.chunks(50)) {
            let start = Instant::now();
            events.iter().for_each(|event| work(event));
            *best = best.min(start.elapsed().as_nanos() as f64);
        }
    }
    best.iter().filter(|time| **time < f64::MAX).sum()
}
