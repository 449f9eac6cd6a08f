//! Target `load`: files of matchers that somebody has forged.

use crate::support::laws;
use crate::support::scene::Scene;
use crate::support::source::Source;

/// Up to eight patterns are compiled and saved; the file is changed, and its length and checksum made right. It is
/// refused, or gives a matcher that survives up to four events.
///
/// Bytes as for [`rule_set`](crate::rule_set).
pub fn load(bytes: &[u8]) {
    if bytes.starts_with(b"{") {
        let (scene, decisions) = Scene::read(bytes, 8, 4);
        laws::forged_files_do_no_harm(&scene, &mut Source::new(decisions));
    } else {
        let mut source = Source::new(bytes);
        let scene = Scene::new(&mut source, 8, 4);
        laws::forged_files_do_no_harm(&scene, &mut source);
    }
}
