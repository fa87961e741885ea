//! Plans over a drawn map, with places by metres from its letter A.

use std::fs;

use scenario::balance::{DemandBalanceReport, FacilityBalance};
use scenario::report::ScenarioReport;
use scenario::run::ScenarioResult;
use scenario::{Plan, Project, resolve};
use units::{LngLat, LocalPlane, PlanePoint};

use crate::osm_drawn::Map;

/// One long street; a block of streets; a block with a one-way and a short piece on its own.
pub(crate) const MAPS: [&str; 3] = [
    "grid 1000m\nA B C D E\nways\nABCDE highway=residential\n",
    "grid 500m\nA B C D\nE F G H\nways\nABCD highway=residential\nEFGH highway=residential\n\
     AE highway=residential\nBF highway=residential\nDH highway=residential\n",
    "grid 500m\nA B   C D\nE F   G H\nways\nABFEA highway=residential\n\
     EF highway=residential|oneway=yes\nCD highway=residential\n",
];

pub(crate) struct Town {
    pub(crate) map: Map,
    pub(crate) folder: tempfile::TempDir,
}

impl Town {
    pub(crate) fn new(drawing: &str) -> Self {
        let map = Map::parse(drawing);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("drawn.osm.pbf"), map.bytes()).unwrap();
        Self { map, folder }
    }

    /// A position so many metres east and north of the letter A.
    pub(crate) fn at(&self, east_m: f64, north_m: f64) -> LngLat {
        let plane = LocalPlane::at(self.map.position('A'));
        plane.unproject(PlanePoint {
            x_m: east_m,
            y_m: north_m,
        })
    }

    pub(crate) fn lng_lat(&self, east_m: f64, north_m: f64) -> String {
        let at = self.at(east_m, north_m);
        format!("{},{}", at.lng(), at.lat())
    }

    pub(crate) fn file(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// A plan over a box of metres around the letter A: west, south, east, north.
    pub(crate) fn project(
        &self,
        [west, south, east, north]: [f64; 4],
        plan: &str,
    ) -> Result<Project, String> {
        let (low, high) = (self.at(west, south), self.at(east, north));
        let text = format!(
            "format = 1\nname = \"drawn\"\n[study_area]\nbox = [{}, {}, {}, {}]\n\
             h3_resolution = 10\n[network]\npath = \"drawn.osm.pbf\"\n{plan}",
            low.lng(),
            low.lat(),
            high.lng(),
            high.lat(),
        );
        let path = self.folder.path().join("plan.toml");
        fs::write(&path, text).unwrap();
        let plan = Plan::read(&path).map_err(|problems| problems.to_string())?;
        let network = plan.network_path();
        let city = osm::import(&network, &osm::ImportOptions::default()).unwrap();
        resolve(&plan, city).map_err(|problems| problems.to_string())
    }

    /// Rectangles as zones: id, west, south, east, north.
    pub(crate) fn zones(&self, zones: &[(&str, [f64; 4])]) {
        let features: Vec<String> = zones
            .iter()
            .map(|(id, [west, south, east, north])| {
                let corners = [
                    (west, south),
                    (east, south),
                    (east, north),
                    (west, north),
                    (west, south),
                ];
                let corners: Vec<String> = corners
                    .iter()
                    .map(|(x, y)| format!("[{}]", self.lng_lat(**x, **y)))
                    .collect();
                format!(
                    r#"{{"type":"Feature","properties":{{"id":"{id}"}},"geometry":{{"type":"Polygon","coordinates":[[{}]]}}}}"#,
                    corners.join(",")
                )
            })
            .collect();
        let text = format!(
            r#"{{"type":"FeatureCollection","features":[{}]}}"#,
            features.join(",")
        );
        self.file("zones.geojson", &text);
    }
}

pub(crate) const STREET_LENGTH: &str = "[demand]\nsource = \"street-length\"\nprofile = \"foot\"\n";

pub(crate) const BY_ZONE: &str = "[demand]\nsource = \"zone-table\"\npath = \"d.csv\"\nunit = \"people\"\n\
     profile = \"foot\"\nencoding = \"utf-8\"\n[zones]\npath = \"zones.geojson\"\nid = \"id\"\n";

pub(crate) fn layer(more: &str) -> String {
    format!(
        "[[layer]]\nname = \"places\"\nfrom = {{ path = \"f.csv\", encoding = \"utf-8\"{more} }}\n"
    )
}

pub(crate) fn standard(key: &str, limit: &str, more: &str) -> String {
    format!(
        "[[standard]]\nkey = \"{key}\"\nname = \"{key}\"\nkinds = [\"rider-canteen\"]\n\
         profile = \"foot\"\nlimit = \"{limit}\"\n{more}"
    )
}

pub(crate) fn baseline(project: &Project) -> ScenarioResult {
    ScenarioResult::of(project, "baseline", "x", &[]).unwrap()
}

pub(crate) fn demand_of(report: &ScenarioReport) -> &DemandBalanceReport {
    &report.standards[0].figures.balance.demand
}

pub(crate) fn facilities_of(report: &ScenarioReport) -> &FacilityBalance {
    &report.standards[0].figures.balance.facilities
}
