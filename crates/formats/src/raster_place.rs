//! Where the cells of a raster lie, from its `GeoTIFF` keys.

use tiff::decoder::Decoder;
use tiff::tags::Tag;

use crate::Note;
use crate::projection::Projection;

/// `GeoKeys` of OGC `GeoTIFF` 1.1.
const MODEL_TYPE: u16 = 1024;
const RASTER_TYPE: u16 = 1025;
const GEOGRAPHIC_SYSTEM: u16 = 2048;
const GEOGRAPHIC_CITATION: u16 = 2049;
const GEODETIC_DATUM: u16 = 2050;
const ANGULAR_UNITS: u16 = 2054;
const PROJECTED_SYSTEM: u16 = 3072;

/// A code that says "described by the other keys".
const USER_DEFINED: u16 = 32_767;
/// Degrees as the unit of angles.
const DEGREE: u16 = 9102;
/// Datums by their EPSG codes: WGS-84 and CGCS2000.
const DATUMS: [u16; 2] = [6326, 1043];

/// Column and row to a position: an affine map into a coordinate system.
#[derive(Clone, Debug)]
pub(crate) struct RasterPlace {
    projection: Projection,
    /// `x` from column, row and 1, then `y`.
    affine: [[f64; 3]; 2],
    /// What must be added to column and row to reach the centre of a cell.
    half: f64,
}

impl RasterPlace {
    /// From the tags of the image that is open.
    ///
    /// The error says what is wrong and what cures it.
    pub(crate) fn read<R: std::io::Read + std::io::Seek>(
        decoder: &mut Decoder<R>,
        notes: &mut Vec<Note>,
    ) -> Result<Self, String> {
        let keys = GeoKeys::read(decoder);
        let projection = projection(&keys, notes)?;
        let numbers = |decoder: &mut Decoder<R>, tag| decoder.get_tag_f64_vec(tag).ok();
        let affine = match (
            numbers(decoder, Tag::ModelTransformationTag).as_deref(),
            numbers(decoder, Tag::ModelPixelScaleTag).as_deref(),
            numbers(decoder, Tag::ModelTiepointTag).as_deref(),
        ) {
            (Some(&[a, b, _, c, d, e, _, f, ..]), _, _) => [[a, b, c], [d, e, f]],
            (None, Some(&[x_scale, y_scale, ..]), Some(&[column, row, _, x, y, _])) => {
                if y_scale < 0.0 {
                    notes.push(Note::SouthUp);
                }
                [
                    [x_scale, 0.0, x - column * x_scale],
                    [0.0, -y_scale, y + row * y_scale],
                ]
            }
            (None, _, Some(points)) if points.len() > 6 => {
                return Err(format!(
                    "it is placed by {} control points; place it with `gdalwarp -t_srs EPSG:4326 \
                     in.tif out.tif`",
                    points.len() / 6
                ));
            }
            (None, None, _) | (None, _, None) => {
                return Err(
                    "it has no pixel scale and tie point, so nothing says where it lies; give it a \
                     place with `gdal_translate -a_srs EPSG:4326 -a_ullr WEST NORTH EAST SOUTH \
                     in.tif out.tif`"
                        .to_owned(),
                );
            }
            _ => return Err("its pixel scale or tie point is cut short".to_owned()),
        };
        let is_finite = affine.iter().flatten().all(|number| number.is_finite());
        let [[a, b, _], [d, e, _]] = affine;
        if !is_finite || a * e - b * d == 0.0 {
            return Err("its cells have no size".to_owned());
        }
        // A pixel is an area unless said to be a point: then the tie point is a centre, not a corner.
        let half = if keys.short(RASTER_TYPE) == Some(2) {
            0.0
        } else {
            0.5
        };
        Ok(Self {
            projection,
            affine,
            half,
        })
    }

    /// Longitude and latitude of the centre of a cell, in degrees.
    pub(crate) fn center(&self, column: u32, row: u32) -> [f64; 2] {
        self.at(column, row, [0.0, 0.0])
    }

    /// Longitude and latitude of the corners of a cell, one after the other.
    pub(crate) fn corners(&self, column: u32, row: u32) -> [[f64; 2]; 4] {
        [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]
            .map(|shift| self.at(column, row, shift))
    }

    /// A position by columns and rows from the centre of a cell.
    fn at(&self, column: u32, row: u32, [right, down]: [f64; 2]) -> [f64; 2] {
        let column = f64::from(column) + self.half + right;
        let row = f64::from(row) + self.half + down;
        let [x, y] = self.affine.map(|[a, b, c]| a * column + b * row + c);
        self.projection.to_degrees([x, y])
    }
}

fn projection(keys: &GeoKeys, notes: &mut Vec<Note>) -> Result<Projection, String> {
    const CURE: &str = "reproject it with `gdalwarp -t_srs EPSG:4326 -r sum in.tif out.tif`";
    if keys.short(MODEL_TYPE) == Some(1) {
        let code = keys.short(PROJECTED_SYSTEM);
        let found = code.and_then(|code| Projection::of_epsg(u32::from(code)));
        return found.ok_or_else(|| match code {
            Some(code) if code != USER_DEFINED => {
                format!("its coordinates are projected (EPSG:{code}), not degrees; {CURE}")
            }
            _ => format!("its coordinates are projected, not degrees; {CURE}"),
        });
    }
    let angular = keys.short(ANGULAR_UNITS);
    if let Some(unit) = angular.filter(|&unit| unit != DEGREE && unit != USER_DEFINED) {
        return Err(format!(
            "its angles are in unit EPSG:{unit}, not in degrees; {CURE}"
        ));
    }
    match (keys.short(MODEL_TYPE), keys.short(GEOGRAPHIC_SYSTEM)) {
        (_, Some(USER_DEFINED)) => {
            let datum = keys.short(GEODETIC_DATUM);
            if datum.is_some_and(|datum| DATUMS.contains(&datum)) {
                return Ok(Projection::Degrees);
            }
            let called = keys
                .text(GEOGRAPHIC_CITATION)
                .map_or_else(String::new, |text| {
                    format!(" (`{}`)", crate::problem::shown(&text))
                });
            Err(format!(
                "it lies in a geographic system of its own{called}, not in EPSG:4326; {CURE}, or \
                 state the system with `gdal_translate -a_srs EPSG:4326` if it is that one"
            ))
        }
        (_, Some(code)) => match Projection::of_epsg(u32::from(code)) {
            Some(Projection::Degrees) => Ok(Projection::Degrees),
            _ => Err(format!("it lies in EPSG:{code}, not in EPSG:4326; {CURE}")),
        },
        (Some(2), None) => {
            notes.push(Note::UnnamedSystem);
            Ok(Projection::Degrees)
        }
        _ => Err(format!(
            "nothing says in which coordinates it lies; state them with `gdal_translate -a_srs \
             EPSG:4326 in.tif out.tif`, or {CURE}"
        )),
    }
}

/// The directory of keys, and the text that they point into.
struct GeoKeys {
    directory: Vec<u16>,
    text: String,
}

impl GeoKeys {
    fn read<R: std::io::Read + std::io::Seek>(decoder: &mut Decoder<R>) -> Self {
        let directory = decoder.get_tag_u16_vec(Tag::GeoKeyDirectoryTag);
        let text = decoder.get_tag_ascii_string(Tag::GeoAsciiParamsTag);
        Self {
            directory: directory.unwrap_or_default(),
            text: text.unwrap_or_default(),
        }
    }

    fn entry(&self, key: u16) -> Option<[u16; 4]> {
        let (_, entries) = self.directory.split_at_checked(4)?;
        let (entries, _) = entries.as_chunks::<4>();
        entries.iter().find(|entry| entry[0] == key).copied()
    }

    /// The value of a key that stands in the directory itself.
    fn short(&self, key: u16) -> Option<u16> {
        let [_, location, _, value] = self.entry(key)?;
        (location == 0).then_some(value)
    }

    /// The value of a key that is text.
    fn text(&self, key: u16) -> Option<String> {
        let [_, location, length, start] = self.entry(key)?;
        let start = usize::from(start);
        let text = self.text.get(start..start + usize::from(length))?;
        (location == 34_737).then(|| text.trim_end_matches('|').to_owned())
    }
}
