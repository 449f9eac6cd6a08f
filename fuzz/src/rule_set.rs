//! Target `rule_set`: rules that are added and removed.

use crate::support::laws;
use crate::support::scene::Scene;
use crate::support::source::Source;

/// Changes of a rule set, of four ids and up to five patterns: it behaves as a list does.
///
/// Bytes that begin with `{` are a [scene that is written down](Scene::read) and, after it, decisions what to do; others
/// are decisions from the start.
pub fn rule_set(bytes: &[u8]) {
    if bytes.starts_with(b"{") {
        let (scene, decisions) = Scene::read(bytes, 5, 3);
        laws::rule_set_behaves_as_a_list(&scene, &mut Source::new(decisions), 64);
    } else {
        let mut source = Source::new(bytes);
        let scene = Scene::new(&mut source, 5, 3);
        laws::rule_set_behaves_as_a_list(&scene, &mut source, 64);
    }
}
