use units::LngLat;

use crate::OsmId;
use crate::bytes::{Reader, Writer};
use crate::strings::{Strings, StringsBuilder, TooMuch, as_usize, end};

/// Points of interest (兴趣点) with all their tags, in the order node, way, relation and by id.
///
/// A place becomes a facility, a candidate or demand only by a plan's decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    ids: Vec<OsmId>,
    positions: Vec<LngLat>,
    first_tag: Vec<u32>,
    /// Key and value of each tag, as numbers of texts.
    tags: Vec<(u32, u32)>,
    strings: Strings,
}

/// One point of interest.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The object it was read from.
    pub id: OsmId,
    /// Where it lies; for an area, a point inside it.
    pub position: LngLat,
    tags: &'a [(u32, u32)],
    strings: &'a Strings,
}

impl<'a> Place<'a> {
    /// All tags, sorted by key.
    pub fn tags(&self) -> impl ExactSizeIterator<Item = (&'a str, &'a str)> + use<'a> {
        let strings = self.strings;
        let tags = self.tags.iter();
        tags.map(|&(key, value)| (strings.get(key), strings.get(value)))
    }

    /// The value of a tag.
    ///
    /// Cost: linear in the tags of the place.
    pub fn tag(&self, key: &str) -> Option<&'a str> {
        self.tags().find(|tag| tag.0 == key).map(|tag| tag.1)
    }

    /// `name`, else `name:zh`, else `name:en`.
    pub fn name(&self) -> Option<&'a str> {
        ["name", "name:zh", "name:en"]
            .into_iter()
            .find_map(|key| self.tag(key))
    }
}

impl Places {
    /// Number of places.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no place.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// All places in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Place<'_>> + Clone + '_ {
        (0..self.len()).map(|i| Place {
            id: self.ids[i],
            position: self.positions[i],
            tags: &self.tags[as_usize(self.first_tag[i])..as_usize(self.first_tag[i + 1])],
            strings: &self.strings,
        })
    }

    pub(crate) fn write(&self, out: &mut Writer<'_>) {
        let split: Vec<_> = self.ids.iter().map(|id| id.split()).collect();
        out.numbers(&split.iter().map(|s| s.0).collect::<Vec<_>>());
        out.wide_numbers(&split.iter().map(|s| s.1).collect::<Vec<_>>());
        write_positions(out, &self.positions);
        out.numbers(&self.first_tag);
        out.numbers(bytemuck::cast_slice(&flat(&self.tags)));
        self.strings.write(out);
    }

    pub(crate) fn read(input: &mut Reader<'_>) -> Option<Self> {
        let kinds = input.numbers()?;
        let numbers = input.wide_numbers()?;
        let positions = read_positions(input)?;
        let first_tag = input.numbers()?;
        let tags = input.numbers()?;
        let strings = Strings::read(input)?;
        let ids: Vec<OsmId> = kinds
            .iter()
            .zip(&numbers)
            .map(|(&kind, &id)| OsmId::join(kind, id))
            .collect::<Option<_>>()?;
        let tags: Vec<(u32, u32)> = tags.chunks_exact(2).map(|t| (t[0], t[1])).collect();
        let fits = kinds.len() == numbers.len()
            && positions.len() == ids.len()
            && is_list_of_lists(&first_tag, ids.len(), tags.len())
            && tags.iter().all(|t| as_usize(t.0.max(t.1)) < strings.len());
        fits.then_some(Self {
            ids,
            positions,
            first_tag,
            tags,
            strings,
        })
    }
}

fn flat(tags: &[(u32, u32)]) -> Vec<[u32; 2]> {
    tags.iter().map(|&(key, value)| [key, value]).collect()
}

pub(crate) fn write_positions(out: &mut Writer<'_>, positions: &[LngLat]) {
    let lng: Vec<u32> = positions
        .iter()
        .map(|p| p.lng_e7().cast_unsigned())
        .collect();
    let lat: Vec<u32> = positions
        .iter()
        .map(|p| p.lat_e7().cast_unsigned())
        .collect();
    out.numbers(&lng);
    out.numbers(&lat);
}

pub(crate) fn read_positions(input: &mut Reader<'_>) -> Option<Vec<LngLat>> {
    let (lng, lat) = (input.numbers()?, input.numbers()?);
    (lng.len() == lat.len()).then(|| {
        lng.iter()
            .zip(&lat)
            .map(|(lng, lat)| LngLat::from_e7(lng.cast_signed(), lat.cast_signed()))
            .collect()
    })
}

/// Whether `first` cuts `n_items` items into `n_lists` lists.
pub(crate) fn is_list_of_lists(first: &[u32], n_lists: usize, n_items: usize) -> bool {
    first.len() == n_lists + 1
        && first.is_sorted()
        && first.first() == Some(&0)
        && first.last().map(|&last| as_usize(last)) == Some(n_items)
}

/// Places being collected.
#[derive(Clone, Debug, Default)]
pub struct PlacesBuilder {
    ids: Vec<OsmId>,
    positions: Vec<LngLat>,
    /// Where the tags of each place begin.
    first_tag: Vec<usize>,
    tags: Vec<(u32, u32)>,
    strings: StringsBuilder,
}

impl PlacesBuilder {
    /// No place yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a place; tags are sorted by key.
    pub fn add<'a>(
        &mut self,
        id: OsmId,
        position: LngLat,
        tags: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) {
        let mut tags: Vec<_> = tags.into_iter().collect();
        tags.sort_unstable();
        self.ids.push(id);
        self.positions.push(position);
        self.first_tag.push(self.tags.len());
        for (key, value) in tags {
            let tag = (self.strings.intern(key), self.strings.intern(value));
            self.tags.push(tag);
        }
    }

    /// All places, in the order of their adding.
    ///
    /// # Errors
    /// When they hold more tags or text than one city can.
    pub fn finish(mut self) -> Result<Places, TooMuch> {
        self.first_tag.push(self.tags.len());
        let first_tag = self.first_tag.into_iter().map(|first| end(first, "tags"));
        Ok(Places {
            ids: self.ids,
            positions: self.positions,
            first_tag: first_tag.collect::<Result<_, _>>()?,
            tags: self.tags,
            strings: self.strings.finish()?,
        })
    }
}
