//! What is understood: Chinese and English columns, encodings, datums, shapes.

use coverage::{
    Amenity, Demand, DemandPattern, FacilityKind, HazardKind, HazardState, KindCatalog, PatternId,
    Zones,
};
use formats::facilities::FacilityOptions;
use formats::{
    Area, ColumnMap, Encoding, Field, Note, Outside, Source, boundaries, demand, facilities,
    hazards, positions,
};
use units::{BoundingBox, Datum, Gcj02, LngLat, Outline, TravelTime};

/// A file in a folder that lives as long as the source.
pub(crate) fn file(name: &str, content: &[u8]) -> (tempfile::TempDir, Source) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    (folder, Source::new(path))
}

pub(crate) fn at(lng: f64, lat: f64) -> LngLat {
    LngLat::from_degrees(lng, lat).unwrap()
}

pub(crate) fn area(outside: Outside) -> Area {
    let corners = BoundingBox::of([at(114.0, 22.5), at(114.1, 22.6)]).unwrap();
    Area {
        outline: Outline::of_box(&corners).unwrap(),
        name: "the study area".into(),
        outside,
    }
}

pub(crate) fn any_kind(catalog: &KindCatalog) -> FacilityOptions<'_> {
    FacilityOptions {
        catalog,
        kind: None,
        words: None,
        area: None,
    }
}

const STATIONS: &str = "\
编号,名称,类型,经度,纬度,营业时间,服务项目,座位数,停留时间,运营单位
A1,福田驿站,暖新驿站,114.05,22.54,Mo-Fr 08:00-22:00,休息、饮水;wifi,12,90s,总工会
A2,\"老王, 食堂\",rider-canteen,114.06,22.55,,,,,
";

#[test]
fn a_chinese_table_is_read_in_every_encoding() {
    let catalog = KindCatalog::default();
    let mut first = None;
    for encoding in [Encoding::Utf8, Encoding::Gbk, Encoding::Gb18030] {
        for declared in [Some(encoding), None] {
            let (_folder, mut source) = file("stations.csv", &encoding.encode(STATIONS));
            source.encoding = declared;
            source.name = "stations".into();
            let loaded = facilities::read(&source, any_kind(&catalog)).unwrap();
            let guessed = loaded
                .notes
                .iter()
                .any(|note| matches!(note, Note::GuessedEncoding(_)));
            assert_eq!(guessed, declared.is_none() && encoding != Encoding::Utf8);
            assert!(loaded.notes.contains(&Note::UnknownHours { n_rows: 1 }));
            let want = first.get_or_insert(loaded.value.clone());
            assert_eq!(loaded.value, *want, "{encoding}");
        }
    }
    let stations = first.unwrap();
    let station = &stations[0];
    assert_eq!(station.name, "福田驿站");
    assert_eq!(station.kind, FacilityKind::WarmStation);
    assert_eq!(station.position, at(114.05, 22.54));
    assert_eq!(station.hours.as_ref().unwrap().text(), "Mo-Fr 08:00-22:00");
    let amenities: Vec<Amenity> = station.amenities.iter().collect();
    assert_eq!(amenities, [Amenity::Rest, Amenity::Water, Amenity::Wifi]);
    assert_eq!(station.capacity.unwrap().as_u32(), 12);
    assert_eq!(station.start_delay, TravelTime::from_secs(90));
    assert_eq!(station.owner, "总工会");
    assert_eq!(stations[1].name, "老王, 食堂");
    assert_eq!(
        (stations[1].hours.as_ref(), stations[1].capacity),
        (None, None)
    );
}

#[test]
fn gcj02_is_converted_at_the_door_and_recorded() {
    let position = at(114.0579, 22.5431);
    let shifted = Gcj02::from_wgs84(position);
    let text = format!("id,lng,lat\n1,{},{}\n", shifted.lng, shifted.lat);
    let (_folder, mut source) = file("a.csv", text.as_bytes());
    source.datum = Datum::Gcj02;
    let loaded = positions::read(&source, None).unwrap();
    assert!(loaded.value[0].position.distance_to(position).as_mm() < 20);
    let [
        Note::Converted {
            datum,
            n_positions,
            most,
        },
    ] = loaded.notes[..]
    else {
        panic!("{:?}", loaded.notes);
    };
    assert_eq!((datum, n_positions), (Datum::Gcj02, 1));
    assert!((300.0..800.0).contains(&most.as_m_f64()), "{most}");
    // In WGS-84 nothing moves and nothing is noted.
    source.datum = Datum::Wgs84;
    let loaded = positions::read(&source, None).unwrap();
    assert_eq!(loaded.notes, []);
    assert!(loaded.value[0].position.distance_to(position).as_mm() > 300_000);
}

#[test]
fn a_plan_can_name_columns_and_a_file_can_say_its_kind() {
    let text = "站点,X坐标,Y坐标,可用,类型\n1,114.05,22.54,8,anything\n";
    let (_folder, mut source) = file("a.csv", text.as_bytes());
    source.columns = ColumnMap::default()
        .with(Field::Id, "站点")
        .with(Field::Lng, "X坐标")
        .with(Field::Lat, "Y坐标")
        .with(Field::Capacity, "可用");
    source.illustrative = true;
    let catalog = KindCatalog::default();
    let kind = FacilityKind::BatterySwapCabinet;
    let options = FacilityOptions {
        kind: Some(&kind),
        ..any_kind(&catalog)
    };
    let loaded = facilities::read(&source, options).unwrap();
    let cabinet = &loaded.value[0];
    assert_eq!((cabinet.id.as_str(), &cabinet.kind), ("1", &kind));
    assert_eq!(cabinet.capacity.unwrap().as_u32(), 8);
    assert!(cabinet.illustrative);
}

#[test]
fn both_numbers_may_stand_in_one_column() {
    let (_folder, source) = file(
        "a.csv",
        "id,坐标\n1,\"114.05,22.54\"\n2,114.06 22.55\n".as_bytes(),
    );
    let loaded = positions::read(&source, None).unwrap();
    let found: Vec<LngLat> = loaded.value.iter().map(|named| named.position).collect();
    assert_eq!(found, [at(114.05, 22.54), at(114.06, 22.55)]);
}

#[test]
fn rows_of_a_larger_area_are_left_out_when_declared() {
    let text = "id,lng,lat\n1,114.05,22.54\n2,113.9,22.54\n3,114.1,22.7\n";
    let (_folder, source) = file("a.csv", text.as_bytes());
    let loaded = positions::read(&source, Some(&area(Outside::LeaveOut))).unwrap();
    let ids: Vec<&str> = loaded.value.iter().map(|named| named.id.as_str()).collect();
    assert_eq!(ids, ["1"]);
    assert_eq!(loaded.notes, [Note::LeftOutside { n_rows: 2, of: 3 }]);
}

#[test]
fn rows_outside_are_kept_unless_they_are_most() {
    let text = "id,lng,lat\n1,114.05,22.54\n2,114.06,22.54\n3,114.1,22.7\n4,114.104,22.54\n";
    let (_folder, source) = file("a.csv", text.as_bytes());
    let read = |outside| positions::read(&source, Some(&area(outside)));
    let kept = read(Outside::Keep).unwrap();
    assert_eq!((kept.value.len(), kept.notes.len()), (4, 0));
    // Two of four are not most; one of them lies where a wrong datum would put it.
    let kept = read(Outside::KeepUnlessMost).unwrap();
    assert_eq!(kept.value.len(), 4);
    let notes: Vec<String> = kept.notes.iter().map(ToString::to_string).collect();
    assert_eq!(notes.len(), 1);
    assert!(
        notes[0].starts_with("2 of 4 rows lie outside the area: ") && notes[0].contains("gcj02"),
        "{notes:?}"
    );
    let (_folder, source) = file("b.csv", text.replace("2,114.06", "2,115.06").as_bytes());
    let error = positions::read(&source, Some(&area(Outside::KeepUnlessMost))).unwrap_err();
    assert!(
        error.to_string().contains("3 of 4 rows lie outside"),
        "{error}"
    );
    assert_eq!(error.hints().len(), 1);
}

#[test]
fn geojson_points_are_facilities() {
    let text = r#"{"type":"FeatureCollection","features":[
      {"type":"Feature","id":"n1","properties":{"kind":"rider-pharmacy","name":"药房","amenities":["medicine","first-aid"]},
       "geometry":{"type":"Point","coordinates":[114.05,22.54]}}]}"#;
    let (_folder, source) = file("a.geojson", text.as_bytes());
    let loaded = facilities::read(&source, any_kind(&KindCatalog::default())).unwrap();
    let pharmacy = &loaded.value[0];
    assert_eq!(
        (pharmacy.id.as_str(), pharmacy.name.as_str()),
        ("n1", "药房")
    );
    assert_eq!(pharmacy.kind, FacilityKind::RiderPharmacy);
    assert!(pharmacy.amenities.contains(Amenity::FirstAid));
}

#[test]
fn demand_comes_at_positions_or_per_zone() {
    let (_folder, source) = file(
        "a.csv",
        "lng,lat,骑手数\n114.05,22.54,3\n114.06,22.55,0.5\n".as_bytes(),
    );
    let loaded = demand::read_positions(&source, None, &[]).unwrap();
    let want = [
        (at(114.05, 22.54), Demand::from_units(3).into()),
        (at(114.06, 22.55), Demand::from_thousandths(500).into()),
    ];
    assert_eq!(loaded.value, want);

    let (_folder, source) = zones_file();
    let zones = Zones::new(boundaries::read_zones(&source).unwrap().value);
    let (_folder, source) = file("a.csv", "街道,riders\n南园,7\n224,5\n".as_bytes());
    let loaded = demand::read_zones(&source, &zones, &[]).unwrap();
    let want = [5, 7].map(|riders| Demand::from_units(riders).into());
    assert_eq!(loaded.value, want);
}

#[test]
fn demand_may_name_its_pattern() {
    let pattern = |name| DemandPattern::of_day(name, &[1_000; 24]).unwrap();
    let patterns = [pattern("office"), pattern("home")];
    let text = "lng,lat,riders,pattern\n114.05,22.54,3,home\n114.06,22.55,1,\n";
    let (_folder, source) = file("a.csv", text.as_bytes());
    let loaded = demand::read_positions(&source, None, &patterns).unwrap();
    let found: Vec<Option<usize>> = loaded
        .value
        .iter()
        .map(|(_, amount)| amount.pattern.map(PatternId::index))
        .collect();
    assert_eq!(found, [Some(1), None]);
    // Without patterns nobody looks at the column; a wrong name is told with its line.
    let loaded = demand::read_positions(&source, None, &[]).unwrap();
    assert_eq!(loaded.value[0].1.pattern, None);
    let error = demand::read_positions(&source, None, &patterns[..1]).unwrap_err();
    let wanted = "line 2: `pattern` is `home`; wanted one of the patterns `office`";
    assert!(error.to_string().contains(wanted), "{error}");

    let (_folder, source) = zones_file();
    let zones = Zones::new(boundaries::read_zones(&source).unwrap().value);
    let text = "街道,riders,需求类型\n南园,7,office\n224,5,home\n";
    let (_folder, source) = file("a.csv", text.as_bytes());
    let loaded = demand::read_zones(&source, &zones, &patterns).unwrap();
    let found = loaded.value.iter().map(|a| a.pattern.map(PatternId::index));
    assert_eq!(found.collect::<Vec<_>>(), [Some(1), Some(0)]);
}

fn zones_file() -> (tempfile::TempDir, Source) {
    let text = r#"{"type":"FeatureCollection","features":[
      {"type":"Feature","properties":{"zone_id":224},"geometry":{"type":"Polygon","coordinates":
        [[[114.0,22.5],[114.05,22.5],[114.05,22.6],[114.0,22.6],[114.0,22.5]]]}},
      {"type":"Feature","properties":{"zone_id":225,"name":"南园"},"geometry":{"type":"MultiPolygon","coordinates":
        [[[[114.05,22.5],[114.1,22.5],[114.1,22.6],[114.05,22.6],[114.05,22.5]],
          [[114.06,22.52],[114.07,22.52],[114.07,22.53],[114.06,22.52]]]]}}]}"#;
    file("zones.geojson", text.as_bytes())
}

#[test]
fn zones_have_ids_and_perhaps_names() {
    let (_folder, source) = zones_file();
    let zones = boundaries::read_zones(&source).unwrap().value;
    let names: Vec<(&str, &str)> = zones
        .iter()
        .map(|z| (z.id.as_str(), z.name.as_str()))
        .collect();
    assert_eq!(names, [("224", "224"), ("225", "南园")]);
    assert!(zones[1].outline.contains(at(114.09, 22.55)));
    assert!(
        !zones[1].outline.contains(at(114.069, 22.522)),
        "a hole is outside"
    );
    let outline = boundaries::read_outline(&source).unwrap().value;
    assert_eq!(outline.polygons().len(), 2);
    assert!(outline.contains(at(114.02, 22.55)));
}

#[test]
fn hazards_are_read_with_their_state() {
    let text = "编号,类型,经度,纬度,状态,上报时间,备注\nh1,井盖缺失,114.05,22.54,已核实,2026-05-01,路口\n\
        h2,blocked-road,114.06,22.55,,,\n";
    let (_folder, source) = file("hazards.csv", text.as_bytes());
    let hazards = hazards::read(&source, None).unwrap().value;
    let kinds: Vec<HazardKind> = hazards.iter().map(|hazard| hazard.kind).collect();
    assert_eq!(
        kinds,
        [HazardKind::MissingManholeCover, HazardKind::BlockedRoad]
    );
    let states: Vec<HazardState> = hazards.iter().map(|hazard| hazard.state).collect();
    assert_eq!(states, [HazardState::Confirmed, HazardState::Reported]);
    assert_eq!(
        (hazards[0].since.as_str(), hazards[0].note.as_str()),
        ("2026-05-01", "路口")
    );

    let (_folder, source) = file(
        "hazards.csv",
        b"id,kind,lng,lat,state\nh1,dark-stret,114.05,22.54,gone\n",
    );
    let error = hazards::read(&source, None).unwrap_err();
    let told: Vec<String> = error
        .to_string()
        .lines()
        .skip(1)
        .map(str::to_owned)
        .collect();
    assert_eq!(
        told,
        [
            "  line 2: `kind` is `dark-stret`; wanted one of blocked-road, missing-manhole-cover, \
             dark-street, broken-surface, standing-water, other",
            "  line 2: `state` is `gone`; wanted one of reported, confirmed, fixed",
        ]
    );
    assert_eq!(error.hints(), ["did you mean `dark-street`?"]);
}

#[test]
fn a_raster_that_gdal_wrote_is_read_cell_by_cell() {
    // 38 by 35 cells of three arc seconds in deflated tiles of 16 by 16, the nothings as -99999;
    // counts and place of the largest as rasterio tells them of the same file.
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = folder.join("../../data/monaco/people-synthetic.tif");
    let counts = formats::geotiff::read_counts(&path, None).unwrap().value;
    assert_eq!(counts.len(), 664);
    let total: Demand = counts.iter().map(|square| square.demand).sum();
    assert_eq!(total, Demand::from_thousandths(9_446_700));
    let most = counts.iter().max_by_key(|square| square.demand).unwrap();
    assert_eq!(most.demand, Demand::from_thousandths(83_700));
    let center = at(7.422_25, 43.737_416_7);
    assert!(
        most.center.distance_to(center) < units::Length::from_mm(100),
        "{}",
        most.center
    );
    // Row by row from the north.
    assert!(
        counts
            .windows(2)
            .all(|pair| pair[0].center.lat() >= pair[1].center.lat())
    );
}
