//! JSON text, spelt at random.

use super::source::Source;

/// A string, some of its characters escaped.
pub fn string(text: &str, source: &mut Source<'_>) -> String {
    // Asked once, so that a long string without escapes costs one decision.
    let escapes = source.pick(&[&0, &0, &0, &0, &0, &0, &20, &100]);
    let mut spelt = String::from('"');
    for c in text.chars() {
        let must = matches!(c, '"' | '\\' | '\0'..='\x1f');
        if !(must || *escapes > 0 && source.percent(*escapes)) {
            spelt.push(c);
            continue;
        }
        let short =
            ["\"\"", "\\\\", "//", "\x08b", "\x0cf", "\nn", "\rr", "\tt"].into_iter().find(|s| s.starts_with(c));
        match short.and_then(|short| short.chars().nth(1)) {
            Some(letter) if source.percent(70) => spelt.extend(['\\', letter]),
            _ => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    let unit = format!("{unit:04x}");
                    spelt.push_str("\\u");
                    spelt.push_str(&if source.percent(30) { unit.to_uppercase() } else { unit });
                }
            }
        }
    }
    spelt.push('"');
    spelt
}

/// White space, mostly none.
pub fn space(source: &mut Source<'_>) -> &'static str {
    source.pick(&["", "", "", "", "", " ", "\n", "\t\r\n"])
}

/// An object of members that are spelt already; `key` is its text, `value` JSON.
pub fn object<'m>(members: impl IntoIterator<Item = (&'m str, String)>, source: &mut Source<'_>) -> String {
    let members = members.into_iter().map(|(key, value)| {
        let key = string(key, source);
        format!("{key}{}:{}{value}", space(source), space(source))
    });
    let members: Vec<_> = members.collect();
    format!("{{{}}}", list(&members, source))
}

/// An array of elements that are spelt already.
pub fn array(elements: impl IntoIterator<Item = String>, source: &mut Source<'_>) -> String {
    let elements: Vec<_> = elements.into_iter().collect();
    format!("[{}]", list(&elements, source))
}

fn list(items: &[String], source: &mut Source<'_>) -> String {
    let before = space(source);
    let between = format!("{},{}", space(source), space(source));
    format!("{before}{}{}", items.join(&between), space(source))
}
