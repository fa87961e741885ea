//! Named sources opened through `formats`, or picked from the city's places by their tags.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::Path;

use city::{City, Place};
use coverage::{
    Amenity, AmenitySet, Capacity, Facility, FacilityKind, KindCatalog, OpeningHours,
    ReferenceWeek, StudyArea,
};
use formats::{Area, Encoding, Loaded, Note, Outside, Source, facilities, hours};
use reach::SnapIndex;
use units::{Datum, Length, LngLat, TravelTime, parse_time};

use crate::plan::Plan;
use crate::plan::problem::Problems;
use crate::plan::spec::{self, LayerSpec, SourceSpec};
use crate::project::left_out::{BadRow, LeftOut};
use crate::project::rim::distance_outside;
use crate::resolve::datum_check::DatumEvidence;

/// What reading layers needs to know.
pub(crate) struct Reader<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) city: &'a City,
    pub(crate) area: &'a StudyArea,
    /// How far outside the study area facilities are kept.
    pub(crate) margin: Length,
    /// The kinds of the plan, and what its tables mean by further words.
    pub(crate) kinds: (&'a KindCatalog, &'a BTreeMap<String, FacilityKind>),
    /// The week that opening hours are read in.
    pub(crate) week: &'a ReferenceWeek,
    pub(crate) notes: &'a mut Vec<String>,
    /// What layers hold and no result lists.
    pub(crate) left_out: &'a mut LeftOut,
    /// Every file that was read, for the fingerprint.
    pub(crate) files: &'a mut Vec<std::path::PathBuf>,
    /// The streets, for the check of datums; laid out for the first table that has one.
    pub(crate) nearest_street: OnceCell<SnapIndex>,
}

impl Reader<'_> {
    /// The facilities of a layer.
    pub(crate) fn layer(&mut self, layer: &LayerSpec) -> Result<Vec<Facility>, Problems> {
        let place = format!("layer `{}`", layer.name);
        let mut problems = Problems::default();
        let kind = layer
            .kind
            .as_deref()
            .map(|text| self.kinds.0.find(text))
            .transpose();
        let kind = problems.keep(&format!("{place}, kind"), kind);
        let delay = layer.start_delay.as_deref().map(parse_time).transpose();
        let delay = problems.keep(&format!("{place}, start_delay"), delay);
        let given = layer
            .opening_hours
            .as_deref()
            .map(|text| hours::parse(text).map_or_else(|| OpeningHours::parse(text), Ok))
            .transpose();
        let given = problems.keep(&format!("{place}, opening_hours"), given);
        let amenities = layer
            .amenities
            .iter()
            .map(|text| text.parse::<Amenity>())
            .collect::<Result<AmenitySet, _>>();
        let amenities = problems.keep(&format!("{place}, amenities"), amenities);
        let (Some(kind), Some(delay), Some(given), Some(amenities)) =
            (kind, delay, given, amenities)
        else {
            return Err(problems);
        };
        let rows = self.source(&place, &layer.from, kind.as_ref())?;
        self.left_out.not_taken += rows.n_not_taken;
        self.left_out.bad_rows += rows.n_bad;
        let mut facilities = rows.taken;
        for facility in &mut facilities {
            facility.source.clone_from(&layer.name);
            if facility.start_delay == TravelTime::ZERO {
                facility.start_delay = delay.unwrap_or_default();
            }
            if facility.hours.is_none() {
                facility.hours.clone_from(&given);
            }
            for amenity in amenities.iter() {
                facility.amenities = facility.amenities.with(amenity);
            }
        }
        let facilities = self.split_outside(&place, &layer.from, facilities);
        let n_unknown = facilities.iter().filter(|f| f.hours.is_none()).count();
        if n_unknown > 0 {
            self.notes.push(format!(
                "{place}: {n_unknown} of {} facilities have no opening hours and count as open",
                facilities.len()
            ));
        }
        self.notes
            .extend(hours_notes(&place, &facilities, self.week));
        Ok(facilities)
    }

    /// Keeps the facilities in the study area and those near enough that a limit may count them; the
    /// others are left out, counted and told.
    fn split_outside(
        &mut self,
        place: &str,
        from: &SourceSpec,
        facilities: Vec<Facility>,
    ) -> Vec<Facility> {
        let n_all = facilities.len();
        let (mut kept, mut n_near, mut n_far) = (Vec::with_capacity(n_all), 0_usize, 0_usize);
        let mut farthest: Option<(String, Length)> = None;
        for facility in facilities {
            match distance_outside(self.area, facility.position) {
                None => kept.push(facility),
                Some(distance)
                    if from.outside != Some(spec::Outside::Skip) && distance <= self.margin =>
                {
                    n_near += 1;
                    kept.push(facility);
                }
                Some(distance) => {
                    n_far += 1;
                    if farthest.as_ref().is_none_or(|(_, most)| distance > *most) {
                        farthest = Some((facility.id.clone(), distance));
                    }
                    self.left_out.outside.push(facility);
                }
            }
        }
        if n_near > 0 {
            self.notes.push(format!(
                "{place}: {n_near} of {n_all} facilities lie outside the study area and count where \
                 a limit reaches in from them"
            ));
        }
        if n_far > 0 {
            let why = if from.outside == Some(spec::Outside::Skip) {
                "`outside = \"skip\"` leaves them out"
            } else {
                "too far from it to serve anybody inside"
            };
            self.notes.push(format!(
                "{place}: {n_far} of {n_all} facilities lie outside the study area and are left \
                 out: {why}"
            ));
        }
        if let Some((id, distance)) = farthest.filter(|(_, distance)| *distance > ANOTHER_CITY) {
            self.notes.push(format!(
                "{place}: `{id}` lies {:.0} km outside the study area, in another city or in no right \
                 place",
                distance.as_m_f64() / 1_000.0
            ));
        }
        kept
    }

    /// The rows of a source as facilities; candidates take only id, name and position from them.
    pub(crate) fn source(
        &mut self,
        place: &str,
        from: &SourceSpec,
        kind: Option<&FacilityKind>,
    ) -> Result<SourceRows, Problems> {
        let (mut facilities, n_bad) = match (&from.path, from.tags.is_empty()) {
            (Some(_), true) => self.table(place, from, kind)?,
            (None, false) => {
                let kind = kind.ok_or_else(|| {
                    Problems::one(format!("{place}: rows picked by tags need a `kind`"))
                })?;
                (self.tagged(place, from, kind)?, 0)
            }
            (None, true) => {
                return Err(Problems::one(format!(
                    "{place}: give `path` or `tags` in `from`"
                )));
            }
            (Some(_), false) => {
                return Err(Problems::one(format!(
                    "{place}: `path` and `tags` are two sources; make two layers"
                )));
            }
        };
        let n_before = facilities.len();
        let slots = |facility: &Facility| facility.capacity.map_or(0, Capacity::as_u32);
        facilities.retain(|facility| {
            from.capacity_at_least
                .is_none_or(|least| slots(facility) >= least)
                && from
                    .capacity_below
                    .is_none_or(|below| slots(facility) < below)
        });
        if facilities.len() < n_before {
            self.notes.push(format!(
                "{place}: {} of {n_before} rows kept for their capacity",
                facilities.len()
            ));
        }
        Ok(SourceRows {
            n_not_taken: n_before - facilities.len(),
            taken: facilities,
            n_bad,
        })
    }

    /// The rows of a table, and how many of them say nowhere and are left out.
    fn table(
        &mut self,
        place: &str,
        from: &SourceSpec,
        kind: Option<&FacilityKind>,
    ) -> Result<(Vec<Facility>, usize), Problems> {
        let source = self.file(place, from)?;
        let area = Area {
            outline: self.area.outline().clone(),
            name: "the study area".to_owned(),
            outside: rows_outside(from.outside),
        };
        let options = facilities::FacilityOptions {
            catalog: self.kinds.0,
            kind,
            words: Some(self.kinds.1),
            area: Some(&area),
        };
        let loaded = facilities::read(&source, options);
        if let Ok(loaded) = &loaded {
            self.check_datum(place, from, source.datum, &loaded.value);
        }
        let n_bad = loaded.as_ref().map_or(0, |loaded| {
            loaded.n_without_position() + loaded.n_bad_rows()
        });
        Ok((self.take(place, loaded)?, n_bad))
    }

    /// Says what speaks for which datum where the plan declares none, and wherever another than the
    /// declared one fits clearly better. GeoJSON is in WGS-84 unless it breaks its own rule.
    fn check_datum(
        &mut self,
        place: &str,
        from: &SourceSpec,
        datum: Datum,
        facilities: &[Facility],
    ) {
        let positions: Vec<LngLat> = facilities.iter().map(|f| f.position).collect();
        let streets = &self.city.streets;
        let index = self
            .nearest_street
            .get_or_init(|| SnapIndex::new(streets, |_| true));
        let area = Some(self.area.outline());
        let Some(evidence) = DatumEvidence::of(&positions, datum, streets, index, area) else {
            return;
        };
        let note = evidence.note(from, datum);
        self.notes
            .extend(note.map(|note| format!("{place}: {note}")));
    }

    /// The file of a source with what the plan declares about it.
    pub(crate) fn file(&mut self, place: &str, from: &SourceSpec) -> Result<Source, Problems> {
        let mut problems = Problems::default();
        let path = from.path.as_deref().unwrap_or(Path::new(""));
        let datum: Result<Datum, _> = from.datum.as_deref().unwrap_or("wgs84").parse();
        let datum = problems.keep(&format!("{place}, datum"), datum);
        let encoding = from
            .encoding
            .as_deref()
            .map(str::parse::<Encoding>)
            .transpose();
        let encoding = problems.keep(&format!("{place}, encoding"), encoding);
        let (Some(datum), Some(encoding)) = (datum, encoding) else {
            return Err(problems);
        };
        let path = self.plan.path_of(path);
        self.files.push(path.clone());
        Ok(Source {
            name: place.to_owned(),
            path,
            encoding,
            separator: from.separator,
            sheet: from.sheet.clone(),
            datum,
            columns: from.columns.clone(),
            missing_positions: from.missing_positions.unwrap_or_default(),
            bad_rows: from.bad_rows.unwrap_or_default(),
            illustrative: from.illustrative,
        })
    }

    /// Keeps a value and its notes, or turns a failure into problems.
    pub(crate) fn take<T>(
        &mut self,
        place: &str,
        loaded: Result<Loaded<T>, formats::ReadError>,
    ) -> Result<T, Problems> {
        match loaded {
            Ok(loaded) => {
                // Hours that the table lacks may come from the layer; `layer` counts what is left.
                let notes = loaded
                    .notes
                    .iter()
                    .filter(|n| !matches!(n, Note::UnknownHours { .. }));
                self.notes
                    .extend(notes.map(|note| format!("{place}: {note}")));
                for note in &loaded.notes {
                    self.list_bad_rows(place, note);
                }
                Ok(loaded.value)
            }
            Err(error) => {
                let mut text = format!("{place}: {error}");
                for hint in error.hints() {
                    text.push_str("\nhint: ");
                    text.push_str(&hint);
                }
                Err(Problems::one(text))
            }
        }
    }

    /// Keeps what is wrong with rows that are left out, for the table that lists them.
    fn list_bad_rows(&mut self, place: &str, note: &Note) {
        let Note::LeftBadRows {
            file,
            sheet,
            problems,
        } = note
        else {
            return;
        };
        let rows = problems.all().iter().map(|problem| BadRow {
            source: place.to_owned(),
            file: file.clone(),
            sheet: sheet.clone(),
            row: problem.place.to_string(),
            column: problem.kind.column().map(str::to_owned),
            value: problem.kind.value().map(str::to_owned),
            reason: problem.kind.to_string(),
        });
        self.left_out.listed.extend(rows);
    }

    fn tagged(
        &mut self,
        place: &str,
        from: &SourceSpec,
        kind: &FacilityKind,
    ) -> Result<Vec<Facility>, Problems> {
        let rules = tag_rules(place, &from.tags)?;
        let mut facilities = Vec::new();
        let mut n_bad_hours = 0_usize;
        for found in self.city.places.iter() {
            let fits = rules.iter().any(|rule| rule.fits(&found));
            if !fits {
                continue;
            }
            let mut facility = Facility::new(found.id.to_string(), kind.clone(), found.position);
            found
                .name()
                .unwrap_or_default()
                .clone_into(&mut facility.name);
            facility.illustrative = from.illustrative;
            if let Some(text) = found.tag("opening_hours") {
                match hours::parse(text) {
                    Some(hours) => facility.hours = Some(hours),
                    None => n_bad_hours += 1,
                }
            }
            facility.capacity = found
                .tag("capacity")
                .and_then(|text| text.parse().ok())
                .map(Capacity::new);
            facilities.push(facility);
        }
        if n_bad_hours > 0 {
            self.notes.push(format!(
                "{place}: {n_bad_hours} places have opening hours that cannot be read and count as \
                 always open"
            ));
        }
        Ok(facilities)
    }
}

/// The rows of a source.
pub(crate) struct SourceRows {
    /// Those that the source's conditions take.
    pub(crate) taken: Vec<Facility>,
    /// How many they do not take.
    pub(crate) n_not_taken: usize,
    /// How many say nowhere and are left out, as declared.
    pub(crate) n_bad: usize,
}

/// What the opening hours of a layer leave open, and what they rest on.
fn hours_notes(place: &str, facilities: &[Facility], week: &ReferenceWeek) -> Vec<String> {
    let mut notes = Vec::new();
    let of = facilities.len();
    let (mut unknown, mut n_never) = (Vec::new(), 0_usize);
    for facility in facilities {
        let Some(hours) = &facility.hours else {
            continue;
        };
        let found = hours.in_week(week, facility.position);
        if !found.unknown.is_empty() || hours.have_open_end() {
            unknown.push(format!("`{}`", facility.id));
            n_never += usize::from(found.open.is_empty());
        }
    }
    if !unknown.is_empty() {
        let n_unknown = unknown.len();
        let more = match n_unknown.checked_sub(SHOWN_IDS) {
            None | Some(0) => String::new(),
            Some(more) => format!(" and {more} more"),
        };
        unknown.truncate(SHOWN_IDS);
        notes.push(format!(
            "{place}: the opening hours of {n_unknown} of {of} facilities are unknown in part or in \
             whole (a comment alone, `unknown`, or an open end as in `18:00+`); unknown hours count \
             as closed, and {n_never} of them are at no hour known to be open: {}{more}",
            unknown.join(", ")
        ));
    }
    let count = |is: fn(&OpeningHours) -> bool| {
        let hours = facilities.iter().filter_map(|f| f.hours.as_ref());
        hours.filter(|hours| is(hours)).count()
    };
    let n_sun = count(OpeningHours::follow_sun);
    if n_sun > 0 {
        notes.push(format!(
            "{place}: {n_sun} of {of} facilities open or close with the sun (sunrise, sunset): its \
             hours are those of each place in the week of {}, time zone {}",
            week.monday(),
            week.time_zone()
        ));
    }
    let n_public = count(OpeningHours::name_public_holidays);
    if n_public > 0 && week.holidays().is_empty() {
        notes.push(format!(
            "{place}: {n_public} of {of} facilities have hours for public holidays (PH), and \
             [hours] names no holidays: no day counts as one"
        ));
    }
    let n_school = count(OpeningHours::name_school_holidays);
    if n_school > 0 && !week.holidays().knows_school_holidays() {
        notes.push(format!(
            "{place}: {n_school} of {of} facilities have hours for school holidays (SH), which are \
             not known: no day counts as one"
        ));
    }
    notes
}

/// What lies farther outside the study area belongs to another city, or its numbers are wrong.
const ANOTHER_CITY: Length = Length::from_m(150_000);

/// How many ids a note names; the rest is counted.
const SHOWN_IDS: usize = 5;

/// A tag that a place must carry.
pub(crate) struct TagRule<'a> {
    key: &'a str,
    /// `*` for any.
    value: &'a str,
}

impl TagRule<'_> {
    /// Whether a place carries it, be it as one of several values.
    pub(crate) fn fits(&self, place: &Place<'_>) -> bool {
        place
            .tag(self.key)
            .is_some_and(|tag| self.value == "*" || tag.split(';').any(|value| value == self.value))
    }
}

/// Tags as written in a plan.
pub(crate) fn tag_rules<'a>(place: &str, tags: &'a [String]) -> Result<Vec<TagRule<'a>>, Problems> {
    let mut problems = Problems::default();
    let mut rules = Vec::new();
    for rule in tags {
        match rule.split_once('=') {
            Some((key, value)) if !key.is_empty() && !value.is_empty() => {
                rules.push(TagRule { key, value });
            }
            _ => problems.add(format!(
                "{place}, tags: `{rule}` is no tag; write `key=value`, or `key=*` for any value"
            )),
        }
    }
    problems.or(rules)
}

/// As the plan says; rows outside are a problem unless it says otherwise.
pub(crate) fn outside(outside: Option<spec::Outside>) -> Outside {
    match outside {
        Some(spec::Outside::Skip) => Outside::LeaveOut,
        Some(spec::Outside::Keep) => Outside::Keep,
        Some(spec::Outside::Error) | None => Outside::Refuse,
    }
}

/// As the plan says, for rows that the balance counts: those outside are read like the others, and a
/// problem only when they are most and the plan does not speak of them.
pub(crate) fn rows_outside(outside: Option<spec::Outside>) -> Outside {
    match outside {
        Some(spec::Outside::Skip | spec::Outside::Keep) => Outside::Keep,
        Some(spec::Outside::Error) => Outside::Refuse,
        None => Outside::KeepUnlessMost,
    }
}
