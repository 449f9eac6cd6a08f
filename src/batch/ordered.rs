//! Work on several threads, results in order.
//!
//! There is no thread that only reads or only writes. Each takes an item, works on it and puts what came of it in its
//! place in a window, all by itself, so that an item stays in one processor's cache. Whoever fills the first place of
//! the window empties it, as far as it is filled, into the sink.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::panic;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Items to a thread that are under way, or done and waiting for one before them. A bound of memory: the more, the
/// longer one item may take without the other threads waiting for it.
const WINDOW: usize = 4;

/// Works on what `source` gives, until it gives nothing, on a thread for each of `states`; `sink` gets what came of each
/// item, in the order of the items, and may end it all. Source and sink are called on any of the threads, but each by
/// one thread at a time. The calling thread is the first of them; if it is the only one, no other is started. Where the
/// system refuses threads, there are fewer.
///
/// It returns when all threads are done. A panic in any of the closures ends the others' work, and is passed on.
pub(crate) fn run<S, I, O, B>(
    states: &mut [S],
    mut source: impl FnMut() -> Option<I> + Send,
    work: impl Fn(&mut S, I) -> O + Sync,
    mut sink: impl FnMut(O) -> ControlFlow<B> + Send,
) -> ControlFlow<B>
where
    S: Send,
    O: Send,
    B: Send,
{
    let room = states.len().saturating_mul(WINDOW);
    let Some((own, others)) = states.split_first_mut() else { return ControlFlow::Continue(()) };
    if others.is_empty() {
        while let Some(item) = source() {
            sink(work(own, item))?;
        }
        return ControlFlow::Continue(());
    }
    let queue = Queue {
        entrance: Mutex::new(Entrance { source, taken: 0, at_end: false }),
        window: Mutex::new(Window { done: VecDeque::new(), delivered: 0, delivering: false, closed: false }),
        moved: Condvar::new(),
        exit: Mutex::new(Exit { sink, broken: None }),
        room,
    };
    thread::scope(|scope| {
        let start = |state| {
            let body = || queue.run(state, &work);
            thread::Builder::new().name("eventsieve".to_owned()).spawn_scoped(scope, body).ok()
        };
        let threads: Vec<_> = others.iter_mut().map_while(start).collect();
        queue.run(own, &work);
        for thread in threads {
            if let Err(panic) = thread.join() {
                panic::resume_unwind(panic);
            }
        }
    });
    let exit = queue.exit.into_inner().unwrap_or_else(PoisonError::into_inner);
    exit.broken.map_or(ControlFlow::Continue(()), ControlFlow::Break)
}

/// Where items come in, are waited for, and go out.
//
// INVARIANT: locks are taken in the order of the fields, the exit's only by the thread that has set `delivering`.
struct Queue<F, G, O, B> {
    entrance: Mutex<Entrance<F>>,
    window: Mutex<Window<O>>,
    /// Something was delivered, or it is all over. Only the holder of the entrance waits for that.
    moved: Condvar,
    exit: Mutex<Exit<G, B>>,
    /// How many items may be in the window.
    room: usize,
}

struct Entrance<F> {
    source: F,
    /// How many items were taken, which is the number of the next.
    taken: usize,
    at_end: bool,
}

struct Window<O> {
    /// What came of the items that were taken and not delivered, in order; `None` if they are being worked on.
    done: VecDeque<Option<O>>,
    /// How many items were delivered, which is the number of the first in `done`.
    delivered: usize,
    /// Whether a thread is delivering.
    delivering: bool,
    /// Whether nothing is to be taken or delivered any more.
    closed: bool,
}

struct Exit<G, B> {
    sink: G,
    broken: Option<B>,
}

impl<I, O, B, F: FnMut() -> Option<I>, G: FnMut(O) -> ControlFlow<B>> Queue<F, G, O, B> {
    /// What each thread does.
    fn run<S>(&self, state: &mut S, work: &impl Fn(&mut S, I) -> O) {
        let _watch = Watch(self);
        while let Some((number, item)) = self.take() {
            let output = work(state, item);
            self.put(number, output);
        }
    }

    /// Waits until there is room, and takes an item. Waits for the source with the entrance locked: the others would
    /// wait for the same.
    fn take(&self) -> Option<(usize, I)> {
        let mut entrance = self.entrance.lock().ok()?;
        let number = entrance.taken;
        let full = |window: &mut Window<O>| !window.closed && number - window.delivered >= self.room;
        let window = self.moved.wait_while(lock(&self.window), full).unwrap_or_else(PoisonError::into_inner);
        if entrance.at_end || window.closed {
            return None;
        }
        drop(window);
        let item = (entrance.source)();
        match item {
            Some(_) => entrance.taken += 1,
            None => entrance.at_end = true,
        }
        item.map(|item| (number, item))
    }

    /// Puts what came of an item in its place, and if no other thread is at it, delivers as much as there is.
    fn put(&self, number: usize, output: O) {
        let mut window = lock(&self.window);
        let place = number - window.delivered;
        while window.done.len() <= place {
            window.done.push_back(None);
        }
        if let Some(done) = window.done.get_mut(place) {
            *done = Some(output);
        }
        if window.delivering || window.closed {
            return;
        }
        window.delivering = true;
        while let Some(output) = window.done.front_mut().and_then(Option::take) {
            drop(window);
            let mut exit = lock(&self.exit);
            let flow = (exit.sink)(output);
            window = lock(&self.window);
            window.done.pop_front();
            window.delivered += 1;
            if let ControlFlow::Break(value) = flow {
                exit.broken = Some(value);
                window.closed = true;
            }
            self.moved.notify_one();
            if window.closed {
                return;
            }
        }
        window.delivering = false;
    }
}

/// Ends the other threads' work when a panic ends its own: they would wait for ever for what it had taken.
struct Watch<'q, F, G, O, B>(&'q Queue<F, G, O, B>);

impl<F, G, O, B> Drop for Watch<'_, F, G, O, B> {
    fn drop(&mut self) {
        if thread::panicking() {
            lock(&self.0.window).closed = true;
            self.0.moved.notify_one();
        }
    }
}

/// The entrance, in which the source may have panicked, isn't locked by this. The others are in order after a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
