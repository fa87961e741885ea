//! Small and middling instances from a seed: clustered towns and streets.

use siting::{CountedRows, Instance, SiteStatus};

/// Numbers from a seed, the same on every machine (`SplitMix`).
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `0..n`.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

/// How a town is laid out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Town {
    pub(crate) n_demand: usize,
    pub(crate) n_sites: usize,
    /// Side of the square, in metres.
    pub(crate) side: u64,
    /// Pairs farther apart than this are not listed.
    pub(crate) listed_within: u64,
    pub(crate) seed: u64,
}

impl Town {
    /// Demand and sites in clusters, Manhattan costs in metres, weights from 0 to 99.
    pub(crate) fn build(&self) -> Instance {
        let mut rng = Rng::new(self.seed);
        let n_clusters = 3 + self.n_demand / 200;
        let centers: Vec<(u64, u64)> = (0..n_clusters)
            .map(|_| (rng.below(self.side), rng.below(self.side)))
            .collect();
        let spot = |rng: &mut Rng| {
            if rng.below(4) == 0 {
                return (rng.below(self.side), rng.below(self.side));
            }
            let center =
                centers[usize::try_from(rng.below(u64::try_from(n_clusters).unwrap())).unwrap()];
            let spread = self.side / 4;
            let mut off = || u64::midpoint(rng.below(spread), rng.below(spread));
            (center.0 + off(), center.1 + off())
        };
        let demand: Vec<_> = (0..self.n_demand).map(|_| spot(&mut rng)).collect();
        let sites: Vec<_> = (0..self.n_sites).map(|_| spot(&mut rng)).collect();
        let mut rows = CountedRows {
            weight: (0..self.n_demand).map(|_| rng.below(100)).collect(),
            first: vec![0],
            ..CountedRows::default()
        };
        let mut costs = Vec::new();
        for site in &sites {
            for (number, point) in (0..).zip(&demand) {
                let cost = site.0.abs_diff(point.0) + site.1.abs_diff(point.1);
                if cost <= self.listed_within {
                    rows.demand.push(number);
                    costs.push(u32::try_from(cost).unwrap());
                }
            }
            rows.first.push(rows.demand.len());
        }
        rows.cost = Some(costs);
        rows.build().unwrap()
    }
}

/// Some sites fixed, some forbidden.
pub(crate) fn with_site_status(instance: Instance, seed: u64) -> Instance {
    let mut rng = Rng::new(seed);
    let status = instance.sites().map(|_| match rng.below(6) {
        0 => SiteStatus::Fixed,
        1 => SiteStatus::Forbidden,
        _ => SiteStatus::Candidate,
    });
    let status = status.collect();
    instance.with_site_status(status).unwrap()
}

/// A price of 5 to 24 for each site.
pub(crate) fn with_prices(instance: Instance, seed: u64) -> Instance {
    let mut rng = Rng::new(seed);
    let prices = instance.sites().map(|_| 5 + rng.below(20)).collect();
    instance.with_prices(prices).unwrap()
}

/// Three zones, and demand points in none.
pub(crate) fn with_zones(instance: Instance, seed: u64) -> Instance {
    let mut rng = Rng::new(seed);
    let zone = instance.demand_points().map(|_| match rng.below(4) {
        3 => None,
        z => Some(u32::try_from(z).unwrap()),
    });
    let zone = zone.collect();
    let names = ["east", "north", "west"].map(str::to_owned).to_vec();
    instance.with_zones(names, zone).unwrap()
}

/// Up to eight pairs of sites too near each other.
pub(crate) fn with_spacing(instance: Instance, seed: u64) -> Instance {
    let mut rng = Rng::new(seed);
    let n = u64::try_from(instance.n_sites()).unwrap();
    let pairs: Vec<(u32, u32)> = (0..8)
        .map(|_| (rng.below(n), rng.below(n)))
        .filter(|(a, b)| a != b)
        .map(|(a, b)| (u32::try_from(a).unwrap(), u32::try_from(b).unwrap()))
        .collect();
    instance.with_too_near(&pairs).unwrap()
}
