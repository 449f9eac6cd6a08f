//! Target `live_rules`: rules that are changed, merged and shown.

use crate::support::laws;
use crate::support::scene::Scene;
use crate::support::source::Source;

/// Changes of live rules, of four ids and up to five patterns, with merges and snapshots between them: they behave as a list
/// does, and a snapshot keeps what it showed.
///
/// Bytes as for [`rule_set`](crate::rule_set).
pub fn live_rules(bytes: &[u8]) {
    if bytes.starts_with(b"{") {
        let (scene, decisions) = Scene::read(bytes, 5, 3);
        laws::live_rules_behave_as_a_list(&scene, &mut Source::new(decisions), 64);
    } else {
        let mut source = Source::new(bytes);
        let scene = Scene::new(&mut source, 5, 3);
        laws::live_rules_behave_as_a_list(&scene, &mut source, 64);
    }
}
