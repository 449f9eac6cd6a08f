//! Land lots as GeoJSON, in the shape of the city lots that event-ruler's own benchmark reads: some 550 bytes an event,
//! most of them coordinates.

use super::json::{Json, json};
use super::random::Random;
use super::{Lines, Workload};

pub(super) const WORKLOADS: &[Workload] = &[
    Workload::new("lots_exact", || exact().into_iter().collect(), events),
    Workload::new("lots_prefix", || prefix().into_iter().collect(), events),
    Workload::new("lots_suffix", || suffix().into_iter().collect(), events),
    Workload::new("lots_eic", || equals_ignore_case().into_iter().collect(), events),
    Workload::new("lots_wildcard", || wildcard().into_iter().collect(), events),
    Workload::new("lots_numeric", || numeric().into_iter().collect(), events),
    Workload::new("lots_anything_but", || anything_but().into_iter().collect(), events),
    Workload::new("lots_anything_but_prefix", || anything_but_prefix().into_iter().collect(), events),
    Workload::new("lots_anything_but_wildcard", || anything_but_wildcard().into_iter().collect(), events),
    Workload::new("lots_all", every_rule, events),
];

const EVENTS: usize = 50_000;
const NAMED_STREETS: [&str; 14] = [
    "GREENWICH",
    "CHERRY",
    "VALLEJO",
    "FULTON",
    "BROADWAY",
    "FOLSOM",
    "17TH",
    "CRANLEIGH",
    "OAK",
    "BRYANT",
    "MISSION",
    "JUNIPERO SERRA",
    "POST",
    "UNION",
];

fn events() -> Lines {
    let mut random = Random::new(7);
    let numbered: Vec<String> = (0..1_200).map(|number| format!("STREET{number}")).collect();
    let streets: Vec<&str> = NAMED_STREETS.into_iter().chain(numbered.iter().map(String::as_str)).collect();
    (0..EVENTS).map(|_| lot(&mut random, &streets)).collect()
}

fn lot(random: &mut Random, streets: &[&str]) -> Json {
    let block = format!("{:04}", random.between(1, 9_000));
    let lot = format!("{:03}", random.between(1, 300));
    let block_lot = format!("{block}{lot}");
    let corner = (-122.52 + random.unit() * 0.16, 37.70 + random.unit() * 0.13);
    let points = random.pick(&[5, 5, 5, 6, 7, 9, 12]);
    let ring: Vec<[f64; 3]> =
        (0..points).map(|_| [corner.0 + random.unit() * 1e-3, corner.1 + random.unit() * 1e-3, 0.0]).collect();
    json!({
        "type": "Feature",
        "properties": {
            "MAPBLKLOT": (&block_lot),
            "BLKLOT": (&block_lot),
            "BLOCK_NUM": block,
            "LOT_NUM": lot,
            "FROM_ST": (house_number(random)),
            "TO_ST": (house_number(random)),
            "STREET": (random.pick(streets)),
            "ST_TYPE": (random.pick(&[Some("ST"), Some("ST"), Some("ST"), Some("AVE"), Some("BLVD"), Some("DR"), None])),
            "ODD_EVEN": (random.pick(&["E", "O"])),
        },
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    })
}

fn house_number(random: &mut Random) -> Option<String> {
    random.chance(0.97).then(|| random.between(1, 4_000).to_string())
}

fn every_rule() -> Lines {
    [
        exact(),
        prefix(),
        suffix(),
        equals_ignore_case(),
        wildcard(),
        numeric(),
        anything_but(),
        anything_but_prefix(),
        anything_but_wildcard(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn exact() -> [Json; 5] {
    [
        json!({"properties": {"MAPBLKLOT": ["1430022"]}}),
        json!({"properties": {"MAPBLKLOT": ["2607117"], "STREET": ["FULTON"]}}),
        json!({"properties": {"STREET": ["CRANLEIGH"], "ODD_EVEN": ["E"]}}),
        json!({"properties": {"STREET": ["17TH"], "ODD_EVEN": ["E"]}}),
        json!({"properties": {"MAPBLKLOT": ["7222001"], "BLKLOT": ["7222001"]}}),
    ]
}

fn prefix() -> [Json; 5] {
    ["AC", "BL", "DR", "FU", "RH"].map(|text| json!({"properties": {"STREET": [{"prefix": text}]}}))
}

fn suffix() -> [Json; 5] {
    ["ON", "KE", "MM", "ING", "GO"].map(|text| json!({"properties": {"STREET": [{"suffix": text}]}}))
}

fn equals_ignore_case() -> [Json; 5] {
    [
        json!({"properties": {"STREET": [{"equals-ignore-case": "jefferson"}]}}),
        json!({"properties": {"STREET": [{"equals-ignore-case": "bEaCh"}]}}),
        json!({"properties": {"STREET": [{"equals-ignore-case": "HyDe"}]}}),
        json!({"properties": {"STREET": [{"equals-ignore-case": "CHESTNUT"}]}}),
        json!({"properties": {"ST_TYPE": [{"equals-ignore-case": "st"}]}}),
    ]
}

fn wildcard() -> [Json; 5] {
    [
        json!({"properties": {"MAPBLKLOT": [{"wildcard": "143*"}]}}),
        json!({"properties": {"MAPBLKLOT": [{"wildcard": "2*0*1*7"}]}}),
        json!({"properties": {"STREET": [{"wildcard": "*ULTO*"}]}}),
        json!({"properties": {"STREET": [{"wildcard": "*A*O*"}]}}),
        json!({"properties": {"BLKLOT": [{"wildcard": "*4*0*7"}]}}),
    ]
}

fn numeric() -> [Json; 5] {
    [
        json!({"geometry": {"type": ["Polygon"], "coordinates": [{"numeric": [">", (-122.49), "<", (-122.48)]}]}}),
        json!({"geometry": {"coordinates": [{"numeric": ["=", 0]}]}}),
        json!({"geometry": {"coordinates": [{"numeric": ["<", (-122.5)]}]}}),
        json!({"geometry": {"coordinates": [{"numeric": [">", 37.72, "<", 37.73]}]}}),
        json!({"geometry": {"coordinates": [{"numeric": [">=", 37.8]}]}}),
    ]
}

fn anything_but() -> [Json; 5] {
    [
        json!({"properties": {"STREET": [{"anything-but": ["FULTON"]}]}}),
        json!({"properties": {"STREET": [{"anything-but": ["MISSION"]}]}}),
        json!({"properties": {"ST_TYPE": [{"anything-but": ["AVE"]}]}}),
        json!({"properties": {"ODD_EVEN": [{"anything-but": ["E", "O"]}]}}),
        json!({"properties": {"STREET": [{"anything-but": ["17TH", "POST"]}]}}),
    ]
}

fn anything_but_prefix() -> [Json; 5] {
    [
        json!({"properties": {"STREET": [{"anything-but": {"prefix": "FULTO"}}]}}),
        json!({"properties": {"STREET": [{"anything-but": {"prefix": "MASO"}}]}}),
        json!({"properties": {"ST_TYPE": [{"anything-but": {"prefix": "AV"}}]}}),
        json!({"properties": {"FROM_ST": [{"anything-but": {"prefix": "41"}}]}}),
        json!({"properties": {"STREET": [{"anything-but": {"prefix": "POST"}}]}}),
    ]
}

fn anything_but_wildcard() -> [Json; 5] {
    [
        json!({"properties": {"MAPBLKLOT": [{"anything-but": {"wildcard": "143*"}}]}}),
        json!({"properties": {"MAPBLKLOT": [{"anything-but": {"wildcard": "2*0*1*7"}}]}}),
        json!({"properties": {"STREET": [{"anything-but": {"wildcard": "*ULTO*"}}]}}),
        json!({"properties": {"STREET": [{"anything-but": {"wildcard": "*A*O*"}}]}}),
        json!({"properties": {"BLKLOT": [{"anything-but": {"wildcard": "*4*0*7"}}]}}),
    ]
}
