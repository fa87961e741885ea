use serde::{Deserialize, Serialize};
use units::LngLat;

use crate::OsmId;
use crate::bytes::{Reader, Writer};
use crate::places::{is_list_of_lists, read_positions, write_positions};
use crate::strings::{Strings, StringsBuilder, TooMuch, as_usize, end};

/// What kind of ground an area is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AreaKind {
    /// Water.
    Water,
    /// Parks, woods, grass.
    Green,
    /// Buildings.
    Building,
}

impl AreaKind {
    const ALL: [Self; 3] = [Self::Water, Self::Green, Self::Building];
}

/// What a map draws behind the answers: water, green and buildings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backdrop {
    ids: Vec<OsmId>,
    kinds: Vec<AreaKind>,
    names: Vec<u32>,
    levels: Vec<u32>,
    first_ring: Vec<u32>,
    first_corner: Vec<u32>,
    corners: Vec<LngLat>,
    strings: Strings,
}

const NONE: u32 = u32::MAX;

/// One area of the backdrop.
#[derive(Clone, Copy, Debug)]
pub struct Area<'a> {
    /// The object it was read from.
    pub id: OsmId,
    /// What it is.
    pub kind: AreaKind,
    /// Its name.
    pub name: Option<&'a str>,
    /// Storeys of a building, when mapped.
    pub levels: Option<u32>,
    backdrop: &'a Backdrop,
    rings: (usize, usize),
}

impl<'a> Area<'a> {
    /// Outer rings and holes; inside is what an odd number of rings surrounds. The closing corner
    /// is not repeated.
    pub fn rings(&self) -> impl ExactSizeIterator<Item = &'a [LngLat]> + use<'a> {
        let backdrop = self.backdrop;
        (self.rings.0..self.rings.1).map(|ring| {
            let start = as_usize(backdrop.first_corner[ring]);
            let end = as_usize(backdrop.first_corner[ring + 1]);
            &backdrop.corners[start..end]
        })
    }
}

/// An area to be added.
#[derive(Clone, Debug)]
pub struct AreaSpec<'a> {
    /// The object it was read from.
    pub id: OsmId,
    /// What it is.
    pub kind: AreaKind,
    /// Its name.
    pub name: Option<&'a str>,
    /// Storeys of a building.
    pub levels: Option<u32>,
    /// Outer rings and holes, closing corners not repeated.
    pub rings: &'a [Vec<LngLat>],
}

impl Backdrop {
    /// From areas in order.
    ///
    /// # Errors
    /// When they hold more corners or text than one city can.
    pub fn new<'a>(areas: impl IntoIterator<Item = AreaSpec<'a>>) -> Result<Self, TooMuch> {
        let mut strings = StringsBuilder::default();
        let mut all = Self {
            ids: Vec::new(),
            kinds: Vec::new(),
            names: Vec::new(),
            levels: Vec::new(),
            first_ring: vec![0],
            first_corner: vec![0],
            corners: Vec::new(),
            strings: Strings::default(),
        };
        for area in areas {
            all.ids.push(area.id);
            all.kinds.push(area.kind);
            all.names
                .push(area.name.map_or(NONE, |name| strings.intern(name)));
            all.levels.push(area.levels.unwrap_or(NONE));
            for ring in area.rings {
                all.corners.extend_from_slice(ring);
                all.first_corner
                    .push(end(all.corners.len(), "corners of areas")?);
            }
            all.first_ring
                .push(end(all.first_corner.len() - 1, "rings of areas")?);
        }
        all.strings = strings.finish()?;
        Ok(all)
    }

    /// Number of areas.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no area.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// All areas in order.
    pub fn areas(&self) -> impl ExactSizeIterator<Item = Area<'_>> + Clone + '_ {
        (0..self.len()).map(|i| Area {
            id: self.ids[i],
            kind: self.kinds[i],
            name: (self.names[i] != NONE).then(|| self.strings.get(self.names[i])),
            levels: (self.levels[i] != NONE).then_some(self.levels[i]),
            backdrop: self,
            rings: (
                as_usize(self.first_ring[i]),
                as_usize(self.first_ring[i + 1]),
            ),
        })
    }

    pub(crate) fn write(&self, out: &mut Writer<'_>) {
        let split: Vec<_> = self.ids.iter().map(|id| id.split()).collect();
        out.numbers(&split.iter().map(|s| s.0).collect::<Vec<_>>());
        out.wide_numbers(&split.iter().map(|s| s.1).collect::<Vec<_>>());
        let kind = |kind: &AreaKind| {
            let at = AreaKind::ALL.iter().position(|k| k == kind);
            u32::try_from(at.expect("every kind is listed")).expect("there are three")
        };
        out.numbers(&self.kinds.iter().map(kind).collect::<Vec<_>>());
        out.numbers(&self.names);
        out.numbers(&self.levels);
        out.numbers(&self.first_ring);
        out.numbers(&self.first_corner);
        write_positions(out, &self.corners);
        self.strings.write(out);
    }

    pub(crate) fn read(input: &mut Reader<'_>) -> Option<Self> {
        let (kinds, numbers) = (input.numbers()?, input.wide_numbers()?);
        let ids: Vec<OsmId> = kinds
            .iter()
            .zip(&numbers)
            .map(|(&kind, &id)| OsmId::join(kind, id))
            .collect::<Option<_>>()?;
        let kinds: Vec<AreaKind> = input
            .numbers()?
            .into_iter()
            .map(|kind| AreaKind::ALL.get(as_usize(kind)).copied())
            .collect::<Option<_>>()?;
        let (names, levels) = (input.numbers()?, input.numbers()?);
        let (first_ring, first_corner) = (input.numbers()?, input.numbers()?);
        let corners = read_positions(input)?;
        let strings = Strings::read(input)?;
        let n = ids.len();
        let n_rings = first_corner.len().checked_sub(1)?;
        let fits = numbers.len() == n
            && kinds.len() == n
            && names.len() == n
            && levels.len() == n
            && is_list_of_lists(&first_ring, n, n_rings)
            && is_list_of_lists(&first_corner, n_rings, corners.len())
            && names
                .iter()
                .all(|&name| name == NONE || as_usize(name) < strings.len());
        fits.then_some(Self {
            ids,
            kinds,
            names,
            levels,
            first_ring,
            first_corner,
            corners,
            strings,
        })
    }
}
