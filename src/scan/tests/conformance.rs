//! The labelled event texts, where the environment names the folder that has them.

use std::fs::File;
use std::io::Read;

use super::*;

fn judge(file: &str) {
    let Ok(folder) = std::env::var("EVENTSIEVE_CONFORMANCE") else {
        eprintln!("{file} left out: EVENTSIEVE_CONFORMANCE names no folder");
        return;
    };
    let mut bench = Bench::new(&random::PATHS);
    let mut judged = 0;
    let mut lines = String::new();
    let packed = File::open(format!("{folder}/{file}")).unwrap();
    flate2::read::MultiGzDecoder::new(packed).read_to_string(&mut lines).unwrap();
    for line in lines.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = base64(case["event_base64"].as_str().unwrap());
        let verdict = bench.check(&text).is_ok();
        if let Some(valid) = case["event_valid"].as_bool() {
            assert_eq!(verdict, valid, "{}", text.escape_ascii());
            judged += 1;
        }
    }
    assert!(judged > 100);
}

#[test]
fn labelled_events_get_their_verdict() {
    judge("events.jsonl.gz");
}

#[test]
fn labelled_texts_get_their_verdict() {
    judge("json_texts.jsonl.gz");
}

fn base64(text: &str) -> Vec<u8> {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let mut bits = (0u32, 0);
    for digit in text.bytes().filter(|byte| *byte != b'=') {
        let value = digits.iter().position(|known| *known == digit).unwrap();
        bits = (bits.0 << 6 | u32::try_from(value).unwrap(), bits.1 + 6);
        if bits.1 >= 8 {
            bits.1 -= 8;
            bytes.push(u8::try_from(bits.0 >> bits.1 & 0xff).unwrap());
        }
    }
    bytes
}
