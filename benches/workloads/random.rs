//! Random choices that are the same everywhere and always.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::Rng;

/// The generator's stream is fixed for a seed, as `rand_pcg` promises. What is made of it is made here, since `rand`
/// changes how it does that from version to version.
pub struct Random(Pcg64Mcg);

impl Random {
    pub fn new(seed: u64) -> Self {
        // Not `seed_from_u64`, which is `rand_core`'s to change. The multiplier is that of splitmix64, to have bits of a
        // small seed everywhere.
        let [low, high] = [seed | 1, !seed].map(|half| half.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Random(Pcg64Mcg::new(u128::from(high) << 64 | u128::from(low)))
    }

    /// Less than `limit`. (Uneven by less than `limit` in 2⁶⁴, which nobody will notice.)
    pub fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(limit)) >> 64) as u64
    }

    /// At least `low`, at most `high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// At least 0, less than 1.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// At least 0, less than `limit`, with so many decimals.
    pub fn decimal(&mut self, limit: f64, decimals: i32) -> f64 {
        let scale = 10_f64.powi(decimals);
        (self.unit() * limit * scale).round() / scale
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }

    /// So many different ones of the items, in random order.
    pub fn sample<T: Copy>(&mut self, items: &[T], count: u64) -> Vec<T> {
        let mut left: Vec<T> = items.to_vec();
        (0..count).map(|_| left.swap_remove(self.below(left.len() as u64) as usize)).collect()
    }

    /// So many hexadecimal digits.
    pub fn hex(&mut self, digits: u64) -> String {
        self.text(b"0123456789abcdef", digits)
    }

    /// So many letters of an alphabet.
    pub fn text(&mut self, alphabet: &[u8], length: u64) -> String {
        (0..length).map(|_| char::from(self.pick(alphabet))).collect()
    }

    /// An address of IP version 4.
    pub fn address(&mut self) -> String {
        let [a, b, c, d] = [(1, 223), (0, 255), (0, 255), (1, 254)].map(|(low, high)| self.between(low, high));
        format!("{a}.{b}.{c}.{d}")
    }

    /// The number of an account: twelve digits.
    pub fn account(&mut self) -> String {
        self.between(100_000_000_000, 999_999_999_999).to_string()
    }
}
