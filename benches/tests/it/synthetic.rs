//! The committed table of synthetic facilities is what its generator makes.

use std::path::Path;

#[test]
fn the_committed_table_is_made_from_its_seed() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/monaco");
    let extract = data.join("monaco.osm.pbf");
    let city = osm::import(&extract, &osm::ImportOptions::default()).unwrap();
    let table = std::fs::read_to_string(data.join("facilities-synthetic.csv")).unwrap();
    assert_eq!(benches::synthetic::facilities(&city.streets, 40), table);
}
