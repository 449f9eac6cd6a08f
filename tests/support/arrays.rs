//! Random patterns and events for the array rule: one shape of a few keys that both follow, and elements in elements.

use super::source::Source;

/// What patterns and events have in common: the fields below each key. A key without any is a field.
pub struct Shape {
    keys: Vec<(&'static str, Shape)>,
}

impl Shape {
    pub fn new(source: &mut Source<'_>) -> Self {
        Shape::of_depth(source, 3)
    }

    fn of_depth(source: &mut Source<'_>, depth: usize) -> Self {
        // The outermost objects of events have few keys, those within arrays more.
        let most = if depth == 3 { 2 } else { 4 };
        let count = 1 + source.below(most);
        let keys = ["a", "b", "c", "d"].into_iter().take(count).map(|key| {
            let leads_on = depth > 0 && source.percent(if depth == 3 { 85 } else { 35 });
            let below = if leads_on { Shape::of_depth(source, depth - 1) } else { Shape { keys: Vec::new() } };
            (key, below)
        });
        Shape { keys: keys.collect() }
    }

    /// The text of a pattern on most of the fields, whose tests are easily met, or absences.
    pub fn pattern(&self, source: &mut Source<'_>) -> String {
        const TESTS: &[&str] = &[
            "[1]",
            "[1]",
            r#"[{"exists":false}]"#,
            "[2]",
            r#"[{"exists":true}]"#,
            r#"[1,{"exists":false}]"#,
            r#"[2,{"exists":false}]"#,
        ];
        if self.keys.is_empty() {
            return source.pick(TESTS).to_owned();
        }
        let needed = source.below(self.keys.len());
        let mut members = Vec::new();
        for (index, (key, below)) in self.keys.iter().enumerate() {
            if index == needed || source.percent(75) {
                members.push(format!("\"{key}\":{}", below.pattern(source)));
            }
        }
        format!("{{{}}}", members.join(","))
    }

    /// The text of an event with most of the fields. Half of them have one route to each path.
    pub fn event(&self, source: &mut Source<'_>) -> String {
        let tidy = source.percent(50);
        self.object(source, tidy)
    }

    fn object(&self, source: &mut Source<'_>, tidy: bool) -> String {
        let mut members = Vec::new();
        for (key, below) in &self.keys {
            let times = if !tidy && source.percent(25) { 2 } else { usize::from(source.percent(70)) };
            for _ in 0..times {
                match below.keys.first().filter(|_| !tidy && source.percent(15)) {
                    Some((next, further)) => {
                        members.push(format!("\"{key}.{next}\":{}", further.value(source, tidy, 2)))
                    }
                    None => members.push(format!("\"{key}\":{}", below.value(source, tidy, 2))),
                }
            }
        }
        format!("{{{}}}", members.join(","))
    }

    /// A value of this shape, mostly in an array, at most so many arrays one in another.
    fn value(&self, source: &mut Source<'_>, tidy: bool, arrays: usize) -> String {
        let leaf = self.keys.is_empty();
        if arrays > 0 && source.percent(if leaf { 15 } else { 60 }) {
            let elements = source.some(1, 4, |source| self.value(source, tidy, arrays - 1));
            return format!("[{}]", elements.join(","));
        }
        // Now and then, something that the patterns do not expect.
        match (leaf, source.percent(5)) {
            (true, false) => source.pick(&["1", "1", "2"]).to_owned(),
            (false, false) => self.object(source, tidy),
            (true, true) => source.pick(&["[]", "{}", "[[],[1]]", "3"]).to_owned(),
            (false, true) => source.pick(&["[]", "1", "{}", "[1,{}]"]).to_owned(),
        }
    }
}
