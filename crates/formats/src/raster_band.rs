//! The numbers of one band of a raster: what they mean, and which cells hold none.

use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::Tag;

/// How stored samples become numbers.
#[derive(Clone, Debug)]
pub(crate) struct BandMeaning {
    /// GDAL's no-data value as written.
    no_data: Option<String>,
    /// What a sample is multiplied by, and what is added then.
    pub(crate) scale: f64,
    pub(crate) offset: f64,
}

/// GDAL's own tag with an XML of metadata.
const GDAL_METADATA: Tag = Tag::Unknown(42_112);

impl BandMeaning {
    /// From the tags of the image that is open; bands are counted from 1.
    pub(crate) fn read<R: std::io::Read + std::io::Seek>(
        decoder: &mut Decoder<R>,
        band: u16,
    ) -> Result<Self, String> {
        let no_data = decoder.get_tag_ascii_string(Tag::GdalNodata).ok();
        let no_data = no_data.map(|text| text.trim_matches(['\0', ' ', '\n']).to_owned());
        let mut meaning = Self {
            no_data: no_data.filter(|text| !text.is_empty()),
            scale: 1.0,
            offset: 0.0,
        };
        if let Ok(xml) = decoder.get_tag_ascii_string(GDAL_METADATA) {
            meaning.obey(xml.trim_end_matches('\0'), band)?;
        }
        Ok(meaning)
    }

    fn obey(&mut self, xml: &str, band: u16) -> Result<(), String> {
        let document = roxmltree::Document::parse(xml).map_err(|error| {
            format!("its GDAL_METADATA, which may hold a scale, is no XML: {error}")
        })?;
        let items = document
            .descendants()
            .filter(|node| node.has_tag_name("Item"));
        for item in items {
            let sample = item.attribute("sample").unwrap_or("0");
            let is_ours = sample.parse::<u16>().ok() == band.checked_sub(1);
            let place = match item.attribute("role") {
                Some("scale") if is_ours => &mut self.scale,
                Some("offset") if is_ours => &mut self.offset,
                _ => continue,
            };
            let text = item.text().unwrap_or_default().trim();
            let number = text.parse().ok().filter(|number: &f64| number.is_finite());
            *place = number.ok_or_else(|| {
                format!("its GDAL_METADATA gives the scale or offset `{text}`, which is no number")
            })?;
        }
        if self.scale == 0.0 {
            return Err("its GDAL_METADATA gives the scale 0".to_owned());
        }
        Ok(())
    }

    /// Whether samples are not the numbers themselves.
    pub(crate) fn is_scaled(&self) -> bool {
        (self.scale, self.offset) != (1.0, 0.0)
    }

    /// Numbers in the order of the samples; one that is no number stands for a cell without data.
    ///
    /// The no-data value is read as the type of the samples, in which `9999.9` is 9999.900390625.
    /// `None` when the samples are of a type that is not read.
    pub(crate) fn numbers(&self, samples: DecodingResult) -> Option<Vec<f64>> {
        let numbers = match samples {
            DecodingResult::U8(samples) => self.of(samples, self.whole(), f64::from),
            DecodingResult::U16(samples) => self.of(samples, self.whole(), f64::from),
            DecodingResult::U32(samples) => self.of(samples, self.whole(), f64::from),
            DecodingResult::U64(samples) => self.of(samples, self.whole(), wide),
            DecodingResult::I8(samples) => self.of(samples, self.whole(), f64::from),
            DecodingResult::I16(samples) => self.of(samples, self.whole(), f64::from),
            DecodingResult::I32(samples) => self.of(samples, self.whole(), f64::from),
            DecodingResult::I64(samples) => self.of(samples, self.whole(), signed),
            DecodingResult::F32(samples) => self.of(samples, self.parsed(), f64::from),
            DecodingResult::F64(samples) => self.of(samples, self.parsed(), |sample| sample),
            DecodingResult::F16(_) => return None,
        };
        Some(numbers)
    }

    fn of<T: PartialEq + Copy>(
        &self,
        samples: Vec<T>,
        no_data: Option<T>,
        number: impl Fn(T) -> f64,
    ) -> Vec<f64> {
        let samples = samples.into_iter().map(|sample| {
            if Some(sample) == no_data {
                f64::NAN
            } else if self.is_scaled() {
                number(sample) * self.scale + self.offset
            } else {
                number(sample)
            }
        });
        samples.collect()
    }

    fn parsed<T: std::str::FromStr>(&self) -> Option<T> {
        self.no_data.as_deref()?.parse().ok()
    }

    /// A whole number, also where it is written as `255.0` or `-1e4`; `None` when samples of this
    /// type cannot hold it.
    fn whole<T: std::str::FromStr>(&self) -> Option<T> {
        let text = self.no_data.as_deref()?;
        if let Ok(whole) = text.parse() {
            return Some(whole);
        }
        let number = text
            .parse()
            .ok()
            .filter(|number: &f64| number.fract() == 0.0)?;
        format!("{number:.0}").parse().ok()
    }
}

/// The nearest number; samples past 2^53 are rounded.
fn wide(sample: u64) -> f64 {
    let [high, low] = [sample >> 32, sample & u64::from(u32::MAX)];
    let half = |half: u64| f64::from(u32::try_from(half).expect("half of the bits"));
    half(high) * 4_294_967_296.0 + half(low)
}

fn signed(sample: i64) -> f64 {
    let number = wide(sample.unsigned_abs());
    if sample < 0 { -number } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(no_data: &str) -> BandMeaning {
        BandMeaning {
            no_data: Some(no_data.to_owned()),
            scale: 1.0,
            offset: 0.0,
        }
    }

    #[test]
    fn no_data_is_read_as_the_samples_are() {
        let holes = |no_data: &str, samples: DecodingResult| -> Vec<bool> {
            let numbers = meaning(no_data).numbers(samples).unwrap();
            numbers.into_iter().map(f64::is_nan).collect()
        };
        let f32s = || DecodingResult::F32(vec![9999.9, 1.0, -3.402_823_5e38, f32::NAN]);
        assert_eq!(holes("9999.9", f32s()), [true, false, false, true]);
        assert_eq!(
            holes("-3.4028234663852886e+38", f32s()),
            [false, false, true, true]
        );
        assert_eq!(holes("nan", f32s()), [false, false, false, true]);
        let bytes = || DecodingResult::U8(vec![255, 0, 1]);
        assert_eq!(holes("255", bytes()), [true, false, false]);
        assert_eq!(holes("255.0", bytes()), [true, false, false]);
        // What the type cannot hold marks nothing.
        assert_eq!(holes("-1", bytes()), [false; 3]);
        assert_eq!(holes("0.5", bytes()), [false; 3]);
        let long = DecodingResult::I64(vec![i64::MIN, i64::MIN + 1]);
        assert_eq!(holes("-9223372036854775808", long), [true, false]);
        let numbers = meaning("x").numbers(DecodingResult::I64(vec![-7, 1 << 40]));
        assert_eq!(numbers.unwrap(), [-7.0, 1_099_511_627_776.0]);
    }

    #[test]
    fn scale_and_offset_are_those_of_the_band() {
        let xml = r#"<GDALMetadata>
            <Item name="OFFSET" sample="0" role="offset">-1</Item>
            <Item name="SCALE" sample="0" role="scale">0.1</Item>
            <Item name="SCALE" sample="1" role="scale">7</Item>
            <Item name="scale">9</Item></GDALMetadata>"#;
        let mut first = meaning("200");
        first.obey(xml, 1).unwrap();
        let numbers = first.numbers(DecodingResult::U8(vec![100, 200])).unwrap();
        assert_eq!((numbers[0], numbers[1].is_nan()), (9.0, true));
        let mut second = meaning("");
        second.obey(xml, 2).unwrap();
        assert_eq!((second.scale, second.offset), (7.0, 0.0));
        for wrong in [
            "<a",
            "<M><Item role='scale'>x</Item></M>",
            "<M><Item role='scale'>0</Item></M>",
        ] {
            assert!(meaning("").obey(wrong, 1).is_err(), "{wrong}");
        }
    }
}
