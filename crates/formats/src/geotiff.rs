//! Rasters of counts (`GeoTIFF`), such as gridded population: read only.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use coverage::Demand;
use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::Tag;
use units::LngLat;

use crate::{ReadError, demand};

/// `GeoKeys` of OGC `GeoTIFF` 1.1: model type (2 is geographic), raster type (2 is point), geographic
/// system (4326 is WGS-84).
const MODEL_TYPE: u16 = 1024;
const RASTER_TYPE: u16 = 1025;
const GEOGRAPHIC_SYSTEM: u16 = 2048;

/// Reads the cells of a raster that hold a count above zero, each at its centre; row by row from
/// the north.
///
/// The raster must have one band, be placed by pixel scale and tie point, and lie in WGS-84
/// degrees; GDAL's no-data value, negative values and values that are no number count as nothing.
///
/// # Errors
/// When the file cannot be opened, is no such raster, or is damaged.
///
/// Cost: linear in the cells, all of which are in memory at a time; the decoder refuses files that
/// ask for more than 256 MiB.
pub fn read_counts(path: &Path) -> Result<Vec<(LngLat, Demand)>, ReadError> {
    let form = |detail: String| ReadError::Form {
        path: path.to_owned(),
        wanted: "a GeoTIFF of one band in WGS-84 degrees",
        detail,
    };
    let file = File::open(path).map_err(|source| ReadError::Open {
        path: path.to_owned(),
        source,
    })?;
    let broken = |error: tiff::TiffError| form(error.to_string());
    let mut decoder = Decoder::new(BufReader::new(file)).map_err(broken)?;
    let (width, height) = decoder.dimensions().map_err(broken)?;
    let mut numbers = |tag: Tag| decoder.get_tag_f64_vec(tag).ok();
    let scale = numbers(Tag::ModelPixelScaleTag);
    let tie = numbers(Tag::ModelTiepointTag);
    let keys = decoder.get_tag_u16_vec(Tag::GeoKeyDirectoryTag);
    let keys = keys.unwrap_or_default();
    let nothing = decoder.get_tag_ascii_string(Tag::GdalNodata).ok();
    let nothing: Option<f64> =
        nothing.and_then(|text| text.trim_end_matches('\0').trim().parse().ok());
    let (Some(scale), Some(tie)) = (scale, tie) else {
        return Err(form("it has no pixel scale and tie point".to_owned()));
    };
    let (&[x_scale, y_scale, ..], &[column, row, _, lng, lat, ..]) =
        (scale.as_slice(), tie.as_slice())
    else {
        return Err(form("its pixel scale or tie point is cut short".to_owned()));
    };
    if geo_key(&keys, MODEL_TYPE) != Some(2) {
        return Err(form(
            "its coordinates are not degrees; reproject it to EPSG:4326".to_owned(),
        ));
    }
    if let Some(system) = geo_key(&keys, GEOGRAPHIC_SYSTEM).filter(|&system| system != 4326) {
        return Err(form(format!("it lies in EPSG:{system}, not EPSG:4326")));
    }
    // A pixel is an area unless said to be a point: then the tie point is a centre, not a corner.
    let half = if geo_key(&keys, RASTER_TYPE) == Some(2) {
        0.0
    } else {
        0.5
    };
    let values = values(decoder.read_image().map_err(broken)?)
        .ok_or_else(|| form("its values are 64-bit whole numbers or half floats".to_owned()))?;
    if u64::try_from(values.len()).ok() != Some(u64::from(width) * u64::from(height)) {
        return Err(form("it has several bands".to_owned()));
    }
    let mut counts = Vec::new();
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    for ((x, y), value) in places.zip(values) {
        if Some(value) == nothing || value.is_nan() || value <= 0.0 {
            continue;
        }
        let at = LngLat::from_degrees(
            lng + (f64::from(x) + half - column) * x_scale,
            lat - (f64::from(y) + half - row) * y_scale,
        );
        let at = at.map_err(|error| form(format!("column {x}, row {y}: {error}")))?;
        let demand = demand::of_number(value)
            .ok_or_else(|| form(format!("column {x}, row {y} holds {value}")))?;
        counts.push((at, demand));
    }
    Ok(counts)
}

/// The value of a key that stands in the directory itself.
fn geo_key(directory: &[u16], key: u16) -> Option<u16> {
    let (_, entries) = directory.split_at_checked(4)?;
    let (entries, _) = entries.as_chunks::<4>();
    let found = entries
        .iter()
        .find(|entry| entry[0] == key && entry[1] == 0);
    found.map(|entry| entry[3])
}

fn values(read: DecodingResult) -> Option<Vec<f64>> {
    fn wide<T: Into<f64>>(values: Vec<T>) -> Vec<f64> {
        values.into_iter().map(Into::into).collect()
    }
    match read {
        DecodingResult::U8(values) => Some(wide(values)),
        DecodingResult::U16(values) => Some(wide(values)),
        DecodingResult::U32(values) => Some(wide(values)),
        DecodingResult::I8(values) => Some(wide(values)),
        DecodingResult::I16(values) => Some(wide(values)),
        DecodingResult::I32(values) => Some(wide(values)),
        DecodingResult::F32(values) => Some(wide(values)),
        DecodingResult::F64(values) => Some(values),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiff::encoder::{TiffEncoder, colortype::Gray32Float};

    /// Three columns and two rows of a hundredth of a degree, from 114.00, 22.60 down.
    fn written(keys: &[u16], values: &[f32; 6]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut encoder = TiffEncoder::new(file.reopen().unwrap()).unwrap();
        let mut image = encoder.new_image::<Gray32Float>(3, 2).unwrap();
        let tags = image.encoder();
        let scale = [0.01, 0.01, 0.0];
        tags.write_tag(Tag::ModelPixelScaleTag, &scale[..]).unwrap();
        let tie = [0.0, 0.0, 0.0, 114.0, 22.6, 0.0];
        tags.write_tag(Tag::ModelTiepointTag, &tie[..]).unwrap();
        tags.write_tag(Tag::GeoKeyDirectoryTag, keys).unwrap();
        tags.write_tag(Tag::GdalNodata, "-9999").unwrap();
        image.write_data(values).unwrap();
        file
    }

    const DEGREES: [u16; 16] = [1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326];

    #[test]
    fn cells_count_at_their_centre() {
        let file = written(&DEGREES, &[1.5, -9999.0, 0.0, f32::NAN, 20.0, 3.25]);
        let counts = read_counts(file.path()).unwrap();
        let at = |lng, lat| LngLat::from_degrees(lng, lat).unwrap();
        let want = [
            (at(114.005, 22.595), 1_500),
            (at(114.015, 22.585), 20_000),
            (at(114.025, 22.585), 3_250),
        ];
        let want = want.map(|(at, thousandths)| (at, Demand::from_thousandths(thousandths)));
        assert_eq!(counts, want);
        let mut point = DEGREES;
        point[11] = 2;
        let file = written(&point, &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(read_counts(file.path()).unwrap()[0].0, at(114.0, 22.6));
    }

    #[test]
    fn other_files_are_refused() {
        let mut projected = DEGREES;
        projected[7] = 1;
        let file = written(&projected, &[1.0; 6]);
        let error = read_counts(file.path()).unwrap_err().to_string();
        assert!(error.contains("reproject it to EPSG:4326"), "{error}");
        let mut other = DEGREES;
        other[15] = 4490;
        let file = written(&other, &[1.0; 6]);
        let error = read_counts(file.path()).unwrap_err().to_string();
        assert!(error.contains("EPSG:4490"), "{error}");
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "lng,lat,demand\n").unwrap();
        assert!(read_counts(file.path()).is_err());
        assert!(read_counts(Path::new("none.tif")).is_err());
    }
}
