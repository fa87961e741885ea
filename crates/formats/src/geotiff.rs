//! Rasters of counts (`GeoTIFF`), such as gridded population: read only.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use coverage::DemandSquare;
use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::Tag;
use units::LngLat;

use crate::raster_band::BandMeaning;
use crate::raster_place::RasterPlace;
use crate::{Loaded, Note, ReadError, demand};

/// Reads the cells of a raster that hold a count above zero, each with its ground, row by row as the
/// file has them.
///
/// The raster lies in degrees of WGS-84 or CGCS2000, or in Web Mercator, placed by pixel scale and
/// tie point or by a transformation; of several bands `band` (from 1) names the one that counts.
/// GDAL's no-data value is compared in the type of the samples, its scale and offset are obeyed;
/// values that are no number count as nothing, negative ones too, counted in a note. What would
/// change the counts and is not read (masks, alpha, side files) is refused by name.
///
/// # Errors
/// When the file cannot be opened, is no such raster, or is damaged; each says what cures it.
///
/// Cost: linear in the cells, all of which are in memory at a time; the decoder refuses files that
/// ask for more than 256 MiB.
pub fn read_counts(path: &Path, band: Option<u16>) -> Result<Loaded<Vec<DemandSquare>>, ReadError> {
    let file = File::open(path).map_err(|source| ReadError::Open {
        path: path.to_owned(),
        source,
    })?;
    counts(path, BufReader::new(file), band).map_err(|detail| ReadError::Form {
        path: path.to_owned(),
        wanted: "a GeoTIFF of counts",
        detail,
    })
}

fn counts<R: Read + Seek>(
    path: &Path,
    file: R,
    band: Option<u16>,
) -> Result<Loaded<Vec<DemandSquare>>, String> {
    side_files(path)?;
    let mut decoder = Decoder::new(file).map_err(|error| broken(&error))?;
    one_image(&mut decoder)?;
    let band = band_to_read(&mut decoder, band)?;
    let mut notes = Vec::new();
    let place = RasterPlace::read(&mut decoder, &mut notes)?;
    let meaning = BandMeaning::read(&mut decoder, band)?;
    if meaning.is_scaled() {
        notes.push(Note::Scaled {
            scale: meaning.scale.to_string(),
            offset: meaning.offset.to_string(),
        });
    }
    let (width, height) = decoder.dimensions().map_err(|error| broken(&error))?;
    let numbers = numbers(&mut decoder, &meaning, band)?;
    let mut counts = Vec::new();
    let mut n_negative = 0;
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    for ((x, y), value) in places.zip(numbers) {
        if value.is_nan() || value <= 0.0 {
            n_negative += usize::from(value < 0.0);
            continue;
        }
        let position = |[lng, lat]: [f64; 2]| {
            LngLat::from_degrees(lng, lat).map_err(|error| format!("column {x}, row {y}: {error}"))
        };
        let demand = demand::of_number(value)
            .ok_or_else(|| format!("column {x}, row {y} holds {value}, which is past 9e12"))?;
        let [a, b, c, d] = place.corners(x, y);
        counts.push(DemandSquare {
            center: position(place.center(x, y))?,
            corners: [position(a)?, position(b)?, position(c)?, position(d)?],
            demand,
        });
    }
    if n_negative > 0 {
        notes.push(Note::NegativeCells {
            n_cells: n_negative,
        });
    }
    Ok(Loaded {
        value: counts,
        notes,
    })
}

/// A file that does not decode, and what may cure that.
fn broken(error: &tiff::TiffError) -> String {
    match error {
        tiff::TiffError::LimitsExceeded => {
            "it asks for more than 256 MiB; cut it to the study area with `gdal_translate -projwin \
             WEST NORTH EAST SOUTH in.tif out.tif`"
                .to_owned()
        }
        error => error.to_string(),
    }
}

/// Files beside the raster by which GDAL would read it otherwise.
fn side_files(path: &Path) -> Result<(), String> {
    let beside = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    if beside(".msk").exists() {
        return Err(format!(
            "the file `{}` masks it; {UNMASK}",
            beside(".msk").display()
        ));
    }
    let described = std::fs::read_to_string(beside(".aux.xml")).unwrap_or_default();
    let words = ["<NoDataValue", "<Scale", "<Offset", "<SRS", "<GeoTransform"];
    match words.into_iter().find(|word| described.contains(word)) {
        Some(word) => Err(format!(
            "`{}` describes it (`{word}>`); write that into the file with `gdal_translate in.tif \
             out.tif`",
            beside(".aux.xml").display()
        )),
        None => Ok(()),
    }
}

/// Writes a value that means no data where a mask or an alpha band says that there is none.
const UNMASK: &str = "write the mask into the cells with `gdalwarp -dstnodata -1 in.tif out.tif`";

/// How many images of a file are looked at.
const MOST_IMAGES: usize = 1_000;

/// Smaller copies of the image beside it are passed over; masks and further images are refused.
fn one_image<R: Read + Seek>(decoder: &mut Decoder<R>) -> Result<(), String> {
    let first = decoder
        .ifd_pointer()
        .and_then(|at| decoder.read_directory(at).ok());
    let mut next = first.and_then(|directory| directory.next());
    for _ in 0..MOST_IMAGES {
        let Some(at) = next else { return Ok(()) };
        let directory = decoder.read_directory(at).map_err(|error| broken(&error))?;
        let kind = decoder
            .read_directory_tags(&directory)
            .find_tag_unsigned::<u32>(Tag::NewSubfileType);
        let kind = kind.ok().flatten().unwrap_or(0);
        if kind & 4 != 0 {
            return Err(format!("it has a mask; {UNMASK}"));
        }
        if kind & 1 == 0 {
            return Err(
                "it holds several images; take one out with `gdal_translate GTIFF_DIR:1:in.tif \
                 out.tif`"
                    .to_owned(),
            );
        }
        next = directory.next();
    }
    Err(format!("it holds more than {MOST_IMAGES} images"))
}

/// Checks that the cells are numbers that the decoder hands out as they are stored, and which band
/// counts.
fn band_to_read<R: Read + Seek>(
    decoder: &mut Decoder<R>,
    band: Option<u16>,
) -> Result<u16, String> {
    let mut number = |tag| decoder.find_tag_unsigned::<u32>(tag).ok().flatten();
    let n_bands = number(Tag::SamplesPerPixel).unwrap_or(1);
    match number(Tag::Compression).unwrap_or(1) {
        1 | 5 | 8 | 32_773 | 32_946 => {}
        other => {
            let name = match other {
                7 => "JPEG".to_owned(),
                34_887 => "LERC".to_owned(),
                34_925 => "LZMA".to_owned(),
                50_000 => "ZSTD".to_owned(),
                50_001 => "WebP".to_owned(),
                other => format!("method {other}"),
            };
            return Err(format!(
                "it is compressed with {name}; write it anew with `gdal_translate -co \
                 COMPRESS=DEFLATE in.tif out.tif`"
            ));
        }
    }
    match number(Tag::PhotometricInterpretation) {
        None | Some(1 | 2) => {}
        Some(3) => {
            return Err("its values are numbers of colours in a palette, not counts".to_owned());
        }
        Some(_) => {
            return Err(
                "its values are written as a picture; write them as numbers with \
                 `gdal_translate -co PHOTOMETRIC=MINISBLACK in.tif out.tif`"
                    .to_owned(),
            );
        }
    }
    if number(Tag::BitsPerSample).is_some_and(|bits| bits < 8) {
        return Err(
            "its values have fewer than 8 bits; write it anew with `gdal_translate -ot Byte in.tif \
             out.tif`"
                .to_owned(),
        );
    }
    let extra = decoder.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples);
    let extra = extra.ok().flatten().unwrap_or_default();
    if extra.iter().any(|&kind| kind == 1 || kind == 2) {
        return Err(format!("it has an alpha band, which masks cells; {UNMASK}"));
    }
    match band {
        Some(band) if u32::from(band) <= n_bands && band > 0 => Ok(band),
        Some(band) => Err(format!(
            "band {band} was asked for; it has {n_bands}, counted from 1"
        )),
        None if n_bands == 1 => Ok(1),
        None => Err(format!(
            "it has {n_bands} bands; name the one that counts with `band = 1` in the plan, or take \
             it out with `gdal_translate -b 1 in.tif out.tif`"
        )),
    }
}

/// The numbers of one band, row by row.
fn numbers<R: Read + Seek>(
    decoder: &mut Decoder<R>,
    meaning: &BandMeaning,
    band: u16,
) -> Result<Vec<f64>, String> {
    let (width, height) = decoder.dimensions().map_err(|error| broken(&error))?;
    let counts = [Tag::StripByteCounts, Tag::TileByteCounts];
    for tag in counts {
        let sizes = decoder.find_tag_unsigned_vec::<u64>(tag).ok().flatten();
        if sizes.is_some_and(|sizes| sizes.contains(&0)) {
            return Err(
                "it leaves out blocks (SPARSE_OK); write it whole with `gdal_translate in.tif \
                 out.tif`"
                    .to_owned(),
            );
        }
    }
    let count = |tag: Tag, decoder: &mut Decoder<R>| {
        let found = decoder.find_tag_unsigned::<u16>(tag).ok().flatten();
        usize::from(found.unwrap_or(1))
    };
    let n_bands = count(Tag::SamplesPerPixel, decoder);
    // Bands side by side in each cell, or one after the other.
    let is_planar = count(Tag::PlanarConfiguration, decoder) == 2;
    let mut samples = DecodingResult::U8(Vec::new());
    decoder
        .read_image_to_buffer(&mut samples)
        .map_err(|error| broken(&error))?;
    let all = meaning.numbers(samples).ok_or_else(|| {
        "its values are half floats; write it anew with `gdal_translate -ot Float32 in.tif out.tif`"
            .to_owned()
    })?;
    let n_cells = usize::try_from(u64::from(width) * u64::from(height)).unwrap_or(usize::MAX);
    if all.len() / n_bands != n_cells || all.len() % n_bands != 0 {
        return Err(format!(
            "it does not decode to {n_bands} bands of {n_cells} cells; take one band out with \
             `gdal_translate -b {band} in.tif out.tif`"
        ));
    }
    let band = usize::from(band) - 1;
    Ok(if n_bands == 1 {
        all
    } else if is_planar {
        all.into_iter().skip(band * n_cells).take(n_cells).collect()
    } else {
        all.into_iter().skip(band).step_by(n_bands).collect()
    })
}

#[cfg(test)]
mod tests {
    use coverage::Demand;

    use super::*;
    use tempfile::NamedTempFile;
    use tiff::encoder::{TiffEncoder, TiffKindStandard, colortype};

    type Image<'a, C> = tiff::encoder::ImageEncoder<'a, File, C, TiffKindStandard>;

    const DEGREES: [u16; 16] = [1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326];
    const NONE: &str = "";

    /// Three columns and two rows of a hundredth of a degree, from 114.00, 22.60 down.
    fn placed<C: colortype::ColorType>(image: &mut Image<'_, C>, keys: &[u16], no_data: &str) {
        let tags = image.encoder();
        let scale = [0.01, 0.01, 0.0];
        tags.write_tag(Tag::ModelPixelScaleTag, &scale[..]).unwrap();
        let tie = [0.0, 0.0, 0.0, 114.0, 22.6, 0.0];
        tags.write_tag(Tag::ModelTiepointTag, &tie[..]).unwrap();
        tags.write_tag(Tag::GeoKeyDirectoryTag, keys).unwrap();
        if no_data != NONE {
            tags.write_tag(Tag::GdalNodata, no_data).unwrap();
        }
    }

    fn drawn<C: colortype::ColorType>(
        values: &[C::Inner],
        prepare: impl FnOnce(&mut Image<'_, C>),
    ) -> NamedTempFile
    where
        [C::Inner]: tiff::encoder::TiffValue,
    {
        let file = NamedTempFile::new().unwrap();
        let mut encoder = TiffEncoder::new(file.reopen().unwrap()).unwrap();
        let mut image = encoder.new_image::<C>(3, 2).unwrap();
        prepare(&mut image);
        image.write_data(values).unwrap();
        file
    }

    fn written(keys: &[u16], values: &[f32; 6]) -> NamedTempFile {
        drawn::<colortype::Gray32Float>(values, |image| placed(image, keys, "-9999"))
    }

    fn at(lng: f64, lat: f64) -> LngLat {
        LngLat::from_degrees(lng, lat).unwrap()
    }

    fn total(file: &NamedTempFile) -> u64 {
        let loaded = read_counts(file.path(), None).unwrap();
        let sum = loaded.value.iter().map(|square| square.demand);
        sum.sum::<Demand>().as_thousandths()
    }

    fn refused(file: &NamedTempFile, words: &[&str]) {
        let error = read_counts(file.path(), None).unwrap_err().to_string();
        for word in words {
            assert!(error.contains(word), "`{word}` is missing in {error}");
        }
    }

    #[test]
    fn cells_count_at_their_centre() {
        let file = written(&DEGREES, &[1.5, -9999.0, 0.0, f32::NAN, 20.0, 3.25]);
        let loaded = read_counts(file.path(), None).unwrap();
        let want = [
            (at(114.005, 22.595), 1_500),
            (at(114.015, 22.585), 20_000),
            (at(114.025, 22.585), 3_250),
        ];
        let want = want.map(|(at, thousandths)| (at, Demand::from_thousandths(thousandths)));
        let seen = loaded
            .value
            .iter()
            .map(|square| (square.center, square.demand));
        assert_eq!(
            (seen.collect::<Vec<_>>(), loaded.notes),
            (want.to_vec(), vec![])
        );
        let corners = [
            (114.0, 22.6),
            (114.01, 22.6),
            (114.01, 22.59),
            (114.0, 22.59),
        ];
        assert_eq!(
            loaded.value[0].corners,
            corners.map(|(lng, lat)| at(lng, lat))
        );
        let mut point = DEGREES;
        point[11] = 2;
        let file = written(&point, &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        let counts = read_counts(file.path(), None).unwrap().value;
        assert_eq!(counts[0].center, at(114.0, 22.6));
    }

    #[test]
    fn samples_of_every_type_know_their_no_data() {
        let values = [7_u8, 255, 1, 0, 0, 2];
        for no_data in ["255", "255.0"] {
            let bytes = drawn::<colortype::Gray8>(&values, |i| placed(i, &DEGREES, no_data));
            assert_eq!(total(&bytes), 10_000, "{no_data}");
        }
        let bytes = drawn::<colortype::Gray8>(&values, |i| placed(i, &DEGREES, "-9999"));
        assert_eq!(total(&bytes), 265_000, "no cell can hold -9999");
        let values = [7.0_f32, 9999.9, 1.0, 0.0, 0.0, 2.0];
        let floats = drawn::<colortype::Gray32Float>(&values, |i| placed(i, &DEGREES, "9999.9"));
        assert_eq!(total(&floats), 10_000);
        let values = [7.0_f64, 9999.9, 1.0, 0.0, 0.0, 2.0];
        let floats = drawn::<colortype::Gray64Float>(&values, |i| placed(i, &DEGREES, "9999.9"));
        assert_eq!(total(&floats), 10_000);
        let values = [7_u64, u64::MAX, 1, 0, 0, 2];
        let long = drawn::<colortype::Gray64>(&values, |i| {
            placed(i, &DEGREES, "18446744073709551615");
        });
        assert_eq!(total(&long), 10_000);
        let values = [7_i64, i64::MIN, 1, 0, 0, 2];
        let long = drawn::<colortype::GrayI64>(&values, |i| {
            placed(i, &DEGREES, "-9223372036854775808");
        });
        assert_eq!(total(&long), 10_000);
    }

    #[test]
    fn negative_cells_are_counted_and_mean_nothing() {
        let file = written(&DEGREES, &[5.0, -1.0, -9999.0, -2.0, 0.0, 0.0]);
        let loaded = read_counts(file.path(), None).unwrap();
        assert_eq!(loaded.notes, [Note::NegativeCells { n_cells: 2 }]);
        assert_eq!(total(&file), 5_000);
    }

    #[test]
    fn scale_and_offset_are_obeyed() {
        let xml = "<GDALMetadata><Item name=\"SCALE\" sample=\"0\" role=\"scale\">0.1</Item>\
                   <Item name=\"OFFSET\" sample=\"0\" role=\"offset\">1</Item></GDALMetadata>";
        let values = [100_u16, 9, 0, 0, 0, 0];
        let file = drawn::<colortype::Gray16>(&values, |image| {
            placed(image, &DEGREES, "0");
            let tags = image.encoder();
            tags.write_tag(Tag::Unknown(42_112), xml).unwrap();
        });
        // 100 x 0.1 + 1 and 9 x 0.1 + 1; the zeros are marked as holes.
        assert_eq!(total(&file), 11_000 + 1_900);
        let notes = read_counts(file.path(), None).unwrap().notes;
        assert!(
            matches!(notes.as_slice(), [Note::Scaled { .. }]),
            "{notes:?}"
        );
    }

    #[test]
    fn systems_within_a_metre_and_web_mercator_are_read_and_others_refused() {
        let with = |model: u16, key: u16, system: u16| {
            let mut keys = DEGREES;
            (keys[7], keys[12], keys[15]) = (model, key, system);
            written(&keys, &[1.0; 6])
        };
        for system in [4326, 4490] {
            assert_eq!(total(&with(2, 2048, system)), 6_000, "{system}");
        }
        // Key 2050 names the datum of a system of its own: CGCS2000, and Beijing 1954.
        let datum = |datum: u16| {
            let keys = [
                1, 1, 0, 3, 1024, 0, 1, 2, 2048, 0, 1, 32_767, 2050, 0, 1, datum,
            ];
            written(&keys, &[1.0; 6])
        };
        assert_eq!(total(&datum(1043)), 6_000);
        refused(
            &datum(6214),
            &["system of its own", "gdalwarp -t_srs EPSG:4326"],
        );
        refused(&with(2, 2048, 4214), &["EPSG:4214", "gdalwarp"]);
        refused(
            &with(1, 3072, 4547),
            &["projected (EPSG:4547)", "gdalwarp -t_srs EPSG:4326"],
        );
        // A radian.
        refused(&with(2, 2054, 9101), &["EPSG:9101", "not in degrees"]);
        let nowhere = written(&[1, 1, 0, 1, 1025, 0, 1, 1], &[1.0; 6]);
        refused(&nowhere, &["nothing says in which coordinates", "-a_srs"]);
        let unnamed = written(&[1, 1, 0, 1, 1024, 0, 1, 2], &[1.0; 6]);
        let loaded = read_counts(unnamed.path(), None).unwrap();
        assert_eq!(loaded.notes, [Note::UnnamedSystem]);
        // One pixel of Web Mercator, its centre at 114.06, 22.54.
        let file = drawn::<colortype::Gray8>(&[1, 0, 0, 0, 0, 0], |image| {
            let keys = [1_u16, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 3857];
            let tags = image.encoder();
            let matrix = [
                100.0,
                0.0,
                0.0,
                12_697_051.12,
                0.0,
                -100.0,
                0.0,
                2_576_533.40,
                0.0,
                0.0,
                1.0,
                0.0,
                0.0,
                0.0,
                0.0,
                1.0,
            ];
            tags.write_tag(Tag::ModelTransformationTag, &matrix[..])
                .unwrap();
            tags.write_tag(Tag::GeoKeyDirectoryTag, &keys[..]).unwrap();
        });
        let counts = read_counts(file.path(), None).unwrap().value;
        let off = counts[0].center.distance_to(at(114.06, 22.54)).as_m_f64();
        assert!(
            off < 1.0,
            "{off} m from where it should be: {:?}",
            counts[0].center
        );
    }

    #[test]
    fn rows_may_run_north_and_places_may_be_missing() {
        let south_up = drawn::<colortype::Gray8>(&[1, 0, 0, 0, 0, 2], |image| {
            let tags = image.encoder();
            let matrix = [
                0.01, 0.0, 0.0, 114.0, 0.0, 0.01, 0.0, 22.58, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0,
                1.0,
            ];
            tags.write_tag(Tag::ModelTransformationTag, &matrix[..])
                .unwrap();
            tags.write_tag(Tag::GeoKeyDirectoryTag, &DEGREES[..])
                .unwrap();
        });
        let negative_scale = drawn::<colortype::Gray8>(&[1, 0, 0, 0, 0, 2], |image| {
            let tags = image.encoder();
            tags.write_tag(Tag::ModelPixelScaleTag, &[0.01, -0.01, 0.0][..])
                .unwrap();
            let tie = [0.0, 0.0, 0.0, 114.0, 22.58, 0.0];
            tags.write_tag(Tag::ModelTiepointTag, &tie[..]).unwrap();
            tags.write_tag(Tag::GeoKeyDirectoryTag, &DEGREES[..])
                .unwrap();
        });
        for (file, notes) in [(south_up, vec![]), (negative_scale, vec![Note::SouthUp])] {
            let loaded = read_counts(file.path(), None).unwrap();
            let places: Vec<LngLat> = loaded.value.iter().map(|square| square.center).collect();
            assert_eq!(places, [at(114.005, 22.585), at(114.025, 22.595)]);
            assert_eq!(loaded.notes, notes);
        }
        let nowhere = drawn::<colortype::Gray8>(&[1; 6], |image| {
            let tags = image.encoder();
            tags.write_tag(Tag::GeoKeyDirectoryTag, &DEGREES[..])
                .unwrap();
        });
        refused(
            &nowhere,
            &["no pixel scale and tie point", "gdal_translate -a_srs"],
        );
        let flat = drawn::<colortype::Gray8>(&[1; 6], |image| {
            placed(image, &DEGREES, NONE);
            let tags = image.encoder();
            tags.write_tag(Tag::ModelPixelScaleTag, &[0.0, 0.01, 0.0][..])
                .unwrap();
        });
        refused(&flat, &["no size"]);
    }

    #[test]
    fn of_several_bands_one_is_named() {
        let colors: Vec<u8> = (0..6).flat_map(|cell| [cell, 10, 200]).collect();
        let file = drawn::<colortype::RGB8>(&colors, |image| placed(image, &DEGREES, NONE));
        refused(&file, &["3 bands", "`band = 1`", "gdal_translate -b 1"]);
        let sum = |band| {
            let counts = read_counts(file.path(), Some(band)).unwrap().value;
            let sum = counts.iter().map(|square| square.demand);
            sum.sum::<Demand>().as_thousandths()
        };
        assert_eq!((sum(1), sum(2), sum(3)), (15_000, 60_000, 1_200_000));
        for band in [0, 4] {
            let error = read_counts(file.path(), Some(band))
                .unwrap_err()
                .to_string();
            assert!(error.contains("it has 3, counted from 1"), "{error}");
        }
        let cells: Vec<u8> = (0..6).flat_map(|cell| [cell, 1, 1, 255]).collect();
        let alpha = drawn::<colortype::RGBA8>(&cells, |image| {
            placed(image, &DEGREES, NONE);
            let tags = image.encoder();
            tags.write_tag(Tag::ExtraSamples, 2_u16).unwrap();
        });
        refused(&alpha, &["alpha band", "gdalwarp -dstnodata"]);
    }

    #[test]
    fn what_masks_or_describes_a_raster_from_elsewhere_is_refused_by_name() {
        // A smaller copy beside the image is passed over, a mask or a second image is not.
        let pages = |kind: u32| {
            let file = NamedTempFile::new().unwrap();
            let mut encoder = TiffEncoder::new(file.reopen().unwrap()).unwrap();
            let mut image = encoder.new_image::<colortype::Gray8>(3, 2).unwrap();
            placed(&mut image, &DEGREES, NONE);
            image.write_data(&[1; 6]).unwrap();
            let mut second = encoder.new_image::<colortype::Gray8>(3, 2).unwrap();
            let tags = second.encoder();
            tags.write_tag(Tag::NewSubfileType, kind).unwrap();
            second.write_data(&[1; 6]).unwrap();
            file
        };
        assert_eq!(total(&pages(1)), 6_000);
        refused(&pages(4), &["it has a mask", "gdalwarp -dstnodata"]);
        refused(&pages(5), &["it has a mask"]);
        refused(&pages(0), &["several images", "GTIFF_DIR"]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.tif");
        std::fs::copy(pages(1).path(), &path).unwrap();
        let beside = |ending: &str, text: &str| {
            let file = folder.path().join(format!("people.tif{ending}"));
            std::fs::write(&file, text).unwrap();
            let result = read_counts(&path, None).map_err(|error| error.to_string());
            std::fs::remove_file(file).unwrap();
            result
        };
        assert!(beside(".msk", "").unwrap_err().contains("masks it"));
        let error = beside(".aux.xml", "<PAMDataset><NoDataValue>1</NoDataValue>").unwrap_err();
        assert!(
            error.contains("<NoDataValue>") && error.contains("gdal_translate"),
            "{error}"
        );
        assert!(beside(".aux.xml", "<PAMDataset><Histograms/></PAMDataset>").is_ok());
        let picture = drawn::<colortype::Gray8>(&[1; 6], |image| {
            placed(image, &DEGREES, NONE);
            let tags = image.encoder();
            tags.write_tag(Tag::PhotometricInterpretation, 0_u16)
                .unwrap();
        });
        refused(&picture, &["MINISBLACK"]);
        let palette = drawn::<colortype::Gray8>(&[1; 6], |image| {
            placed(image, &DEGREES, NONE);
            let tags = image.encoder();
            tags.write_tag(Tag::PhotometricInterpretation, 3_u16)
                .unwrap();
        });
        refused(&palette, &["palette"]);
        let zstd = drawn::<colortype::Gray8>(&[1; 6], |image| {
            placed(image, &DEGREES, NONE);
            image
                .encoder()
                .write_tag(Tag::Compression, 50_000_u16)
                .unwrap();
        });
        refused(&zstd, &["ZSTD", "COMPRESS=DEFLATE"]);
    }

    #[test]
    fn other_files_are_refused() {
        let file = NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "lng,lat,demand\n").unwrap();
        refused(&file, &["it is not a GeoTIFF of counts"]);
        assert!(read_counts(Path::new("none.tif"), None).is_err());
        let much = written(&DEGREES, &[1e13; 6]);
        refused(&much, &["column 0, row 0 holds", "past 9e12"]);
    }
}
