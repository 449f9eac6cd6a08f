//! Target `engine`: matching, and explanations of it.

use crate::support::events::damage;
use crate::support::laws;
use crate::support::scene::Scene;
use crate::support::source::Source;

/// Up to eight patterns and up to four events: the engine agrees with the reference, in every form and on every kernel,
/// and explanations agree with the engine.
///
/// Bytes that begin with `{` are a [scene that is written down](Scene::read), others decisions for the generators.
pub fn engine(bytes: &[u8]) {
    let scene = scene(bytes);
    laws::engine_agrees_with_the_reference(&scene);
    laws::explanations_agree(&scene);
}

fn scene(bytes: &[u8]) -> Scene {
    if bytes.starts_with(b"{") {
        return Scene::read(bytes, 8, 4).0;
    }
    let mut source = Source::new(bytes);
    let arrays = source.percent(30);
    let mut scene = if arrays { Scene::of_arrays(&mut source) } else { Scene::new(&mut source, 6, 3) };
    for event in &mut scene.events {
        if source.percent(10) {
            damage(event, &mut source);
        }
    }
    scene
}
