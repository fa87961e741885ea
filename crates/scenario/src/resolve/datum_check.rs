//! Which datum the positions of a table are in, as far as the streets can tell.

use std::f64::consts::FRAC_1_SQRT_2;
use std::fmt;
use std::path::Path;

use graph::StreetGraph;
use reach::SnapIndex;
use units::{Bd09, Datum, Gcj02, Length, LngLat, LocalPlane, Outline, PlanePoint};

use crate::plan::spec::SourceSpec;

/// With fewer positions chance decides.
const FEWEST: usize = 20;
/// As many positions tell as much as all of them.
const MOST: usize = 300;
/// Positions farther than this from any street count as so far: parks and rivers tell nothing.
const FARTHEST: Length = Length::from_m(100);
/// How far positions are moved to see how near they lie to streets by chance: what a datum moves
/// them by, and half of that.
const SHIFTS_M: [f64; 2] = [350.0, 700.0];
/// East and north of the eight directions of the compass.
const COMPASS: [(f64, f64); 8] = [
    (1.0, 0.0),
    (FRAC_1_SQRT_2, FRAC_1_SQRT_2),
    (0.0, 1.0),
    (-FRAC_1_SQRT_2, FRAC_1_SQRT_2),
    (-1.0, 0.0),
    (-FRAC_1_SQRT_2, -FRAC_1_SQRT_2),
    (0.0, -1.0),
    (FRAC_1_SQRT_2, -FRAC_1_SQRT_2),
];
/// A datum is taken for sure, or for likely, when positions read in it lie nearer to streets than
/// moved ones by so many of their standard deviations, and by so many more than in any other datum.
const SURE: (f64, f64) = (4.0, 3.0);
const LIKELY: (f64, f64) = (2.5, 1.5);
/// Standard deviations below this many metres are taken for it, so that a regular street grid is not
/// taken for certainty.
const LEAST_SPREAD_M: f64 = 0.5;

/// What speaks for each datum that a table could be in.
#[derive(Clone, Debug, PartialEq)]
pub struct DatumEvidence {
    /// How many of its positions were looked at.
    pub n_positions: usize,
    /// What speaks for WGS-84, GCJ-02 and BD-09.
    pub hypotheses: [DatumHypothesis; 3],
    /// The datum that fits best.
    pub best: Datum,
    /// How sure that is.
    pub sureness: Sureness,
}

/// What speaks for one datum.
#[derive(Clone, Debug, PartialEq)]
pub struct DatumHypothesis {
    /// Which.
    pub datum: Datum,
    /// Median distance to the nearest street, at most 100 m.
    pub median: Length,
    /// How many lie in the study area, where there is one.
    pub n_in_area: Option<usize>,
    /// How much nearer to streets they lie than when moved, in standard deviations of the moved.
    pub score: f64,
}

/// How sure the best datum is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sureness {
    /// No other fits nearly as well.
    Sure,
    /// It fits clearly better than the others.
    Likely,
    /// The streets cannot tell.
    Unsure,
}

impl DatumEvidence {
    /// Looks at positions that were read as `assumed`; `None` when fewer than twenty lie among the
    /// streets.
    ///
    /// Cost: nineteen look-ups of the nearest street for each of at most 300 positions.
    pub fn of(
        positions: &[LngLat],
        assumed: Datum,
        streets: &StreetGraph,
        index: &SnapIndex,
        area: Option<&Outline>,
    ) -> Option<Self> {
        let distance = |position: LngLat| {
            let snap = index.snap(streets, position, FARTHEST);
            snap.map_or(FARTHEST, |snap| snap.walk)
        };
        let step = positions.len().div_ceil(MOST).max(1);
        // A datum moves positions by a kilometre at most, so none that is farther tells anything.
        let near = Length::from_m(2_000);
        let among: Vec<LngLat> = positions
            .iter()
            .step_by(step)
            .copied()
            .filter(|&position| index.snap(streets, position, near).is_some())
            .collect();
        if among.len() < FEWEST {
            return None;
        }
        let mean_m = |positions: &mut dyn Iterator<Item = LngLat>| {
            let (mut sum, mut n) = (0.0, 0.0);
            for position in positions {
                sum += distance(position).as_m_f64();
                n += 1.0;
            }
            if n > 0.0 {
                sum / n
            } else {
                FARTHEST.as_m_f64()
            }
        };
        let moved: Vec<f64> =
            SHIFTS_M
                .into_iter()
                .flat_map(|shift| COMPASS.map(|(x, y)| (shift * x, shift * y)))
                .map(|(x_m, y_m)| {
                    mean_m(&mut among.iter().map(|&position| {
                        LocalPlane::at(position).unproject(PlanePoint { x_m, y_m })
                    }))
                })
                .collect();
        let n_moved = moved.iter().map(|_| 1.0).sum::<f64>();
        let mean = moved.iter().sum::<f64>() / n_moved;
        let variance = moved.iter().map(|m| (m - mean) * (m - mean)).sum::<f64>() / n_moved;
        let spread = variance.sqrt().max(LEAST_SPREAD_M);
        let hypotheses = [Datum::Wgs84, Datum::Gcj02, Datum::Bd09].map(|datum| {
            let read = || {
                among
                    .iter()
                    .filter_map(|&position| reread(position, assumed, datum))
            };
            let mut distances: Vec<Length> = read().map(distance).collect();
            distances.sort_unstable();
            DatumHypothesis {
                datum,
                median: distances
                    .get(distances.len() / 2)
                    .copied()
                    .unwrap_or(FARTHEST),
                n_in_area: area
                    .map(|area| read().filter(|&position| area.contains(position)).count()),
                score: (mean - mean_m(&mut read())) / spread,
            }
        });
        let mut order: Vec<&DatumHypothesis> = hypotheses.iter().collect();
        order.sort_by(|a, b| b.score.total_cmp(&a.score));
        let (best, lead) = (order[0].datum, order[0].score - order[1].score);
        let reaches = |(score, ahead): (f64, f64)| order[0].score >= score && lead >= ahead;
        let sureness = if reaches(SURE) {
            Sureness::Sure
        } else if reaches(LIKELY) {
            Sureness::Likely
        } else {
            Sureness::Unsure
        };
        Some(Self {
            n_positions: among.len(),
            best,
            sureness,
            hypotheses,
        })
    }

    /// What a plan's reader is told: what speaks for which datum where the source declares none, and
    /// that another fits clearly better wherever one does. GeoJSON is in WGS-84 unless it breaks its
    /// own rule.
    pub(crate) fn note(&self, from: &SourceSpec, datum: Datum) -> Option<String> {
        let ending = from.path.as_deref().and_then(Path::extension);
        let ending = ending.unwrap_or_default().to_string_lossy().to_lowercase();
        if self.contradicts(datum) {
            Some(format!(
                "read as {datum}, but its positions fit another datum clearly better, {self}"
            ))
        } else if from.datum.is_none() && !ending.contains("json") {
            Some(format!(
                "no datum is declared and {datum} was taken, {self}; say `datum = \"{datum}\"` if that \
                 is right"
            ))
        } else {
            None
        }
    }

    /// Whether another datum than this fits clearly better.
    pub fn contradicts(&self, datum: Datum) -> bool {
        self.sureness != Sureness::Unsure && self.best != datum
    }
}

/// `unsure` or `sure: gcj02`, with the figures that say so.
impl fmt::Display for DatumEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sureness {
            Sureness::Sure => write!(f, "sure: {}", self.best)?,
            Sureness::Likely => write!(f, "likely: {}", self.best)?,
            Sureness::Unsure => f.write_str("unsure, the streets cannot tell")?,
        }
        write!(f, " ({} positions lie at the median", self.n_positions)?;
        for (number, hypothesis) in self.hypotheses.iter().enumerate() {
            let comma = if number == 0 { "" } else { "," };
            write!(
                f,
                "{comma} {:.1} m from a street as {}",
                hypothesis.median.as_m_f64(),
                hypothesis.datum
            )?;
            if let Some(n) = hypothesis.n_in_area.filter(|&n| n < self.n_positions) {
                write!(f, " with {n} in the study area")?;
            }
        }
        f.write_str(")")
    }
}

/// A position that was read in one datum, read in another.
fn reread(position: LngLat, was: Datum, now: Datum) -> Option<LngLat> {
    let (lng, lat) = match was {
        Datum::Wgs84 => (position.lng(), position.lat()),
        Datum::Gcj02 => {
            let raw = Gcj02::from_wgs84(position);
            (raw.lng, raw.lat)
        }
        Datum::Bd09 => {
            let raw = Bd09::from_wgs84(position);
            (raw.lng, raw.lat)
        }
    };
    now.to_wgs84(lng, lat).ok()
}
