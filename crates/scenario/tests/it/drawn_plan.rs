//! Plans over drawn maps: the drawing becomes an OSM file, the file a city, the plan its result.
//!
//! In a plan and its files `{a}` stands for the position of the letter `a`, as `lng,lat`.

use std::fs;

use scenario::run::ScenarioResult;
use scenario::{Plan, Project, resolve};
use units::{LngLat, LocalPlane, PlanePoint};

use crate::osm_drawn::{Map, node_id};

/// A drawn map with a plan's lines below the study area and the network.
pub(crate) struct DrawnPlan<'a> {
    pub(crate) map: &'a str,
    pub(crate) plan: &'a str,
    /// Names and texts of the files beside it.
    pub(crate) files: &'a [(&'a str, &'a str)],
}

impl DrawnPlan<'_> {
    pub(crate) fn project(&self) -> Result<Project, String> {
        self.project_with("", "")
    }

    /// The project with lines added after one of the head of the plan.
    pub(crate) fn project_with(&self, after: &str, more: &str) -> Result<Project, String> {
        let map = Map::parse(self.map);
        let folder = tempfile::tempdir().unwrap();
        let network = folder.path().join("drawn.osm.pbf");
        fs::write(&network, map.bytes()).unwrap();
        for (name, text) in self.files {
            fs::write(folder.path().join(name), filled(&map, text)).unwrap();
        }
        let head = format!(
            "format = 1\nname = \"drawn\"\n[study_area]\nbox = {:?}\nh3_resolution = 10\n\
             [network]\npath = \"drawn.osm.pbf\"\n",
            around(&map)
        );
        let head = head.replacen(after, &format!("{after}{more}"), 1);
        let path = folder.path().join("plan.toml");
        fs::write(&path, head + filled(&map, self.plan).as_str()).unwrap();
        let plan = Plan::read(&path).map_err(|problems| problems.to_string())?;
        let city = osm::import(&network, &osm::ImportOptions::default()).unwrap();
        resolve(&plan, city).map_err(|problems| problems.to_string())
    }

    pub(crate) fn run(&self) -> (Project, ScenarioResult) {
        let project = self
            .project()
            .unwrap_or_else(|problems| panic!("{problems}"));
        let result = ScenarioResult::of(&project, "baseline", "x", &[]).unwrap();
        (project, result)
    }

    /// Where a letter stands.
    pub(crate) fn position(&self, letter: char) -> LngLat {
        Map::parse(self.map).position(letter)
    }
}

fn filled(map: &Map, text: &str) -> String {
    let letters = map.nodes.iter().filter_map(|node| {
        let id = u32::try_from(node.id).ok()?;
        char::from_u32(id)
    });
    letters.fold(text.to_owned(), |text, letter| {
        assert_eq!(i64::from(u32::from(letter)), node_id(letter));
        let at = map.position(letter);
        text.replace(
            &format!("{{{letter}}}"),
            &format!("{},{}", at.lng(), at.lat()),
        )
    })
}

/// West, south, east, north, 600 m outside the outermost letters.
fn around(map: &Map) -> [f64; 4] {
    let lngs = || map.nodes.iter().map(|node| node.lng_e7);
    let lats = || map.nodes.iter().map(|node| node.lat_e7);
    let e7 = |value: Option<i64>| i32::try_from(value.unwrap()).unwrap();
    let corner = |lng, lat, side: f64| {
        let plane = LocalPlane::at(LngLat::from_e7(e7(lng), e7(lat)));
        let x_m = side * 600.0;
        plane.unproject(PlanePoint { x_m, y_m: x_m })
    };
    let south_west = corner(lngs().min(), lats().min(), -1.0);
    let north_east = corner(lngs().max(), lats().max(), 1.0);
    [
        south_west.lng(),
        south_west.lat(),
        north_east.lng(),
        north_east.lat(),
    ]
}
