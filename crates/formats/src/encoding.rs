use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use encoding_rs::{GB18030, GBK};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How the text of a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Encoding {
    /// UTF-8, with or without a byte-order mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// GBK: what older Chinese software saves.
    #[serde(rename = "gbk")]
    Gbk,
    /// GB18030: GBK and every other character.
    #[serde(rename = "gb18030")]
    Gb18030,
    /// UTF-16 with its mark: what Excel calls Unicode text. Without a mark, low bytes first.
    #[serde(rename = "utf-16")]
    Utf16,
}

/// A word that names no encoding.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no encoding; known are `utf-8`, `utf-16`, `gbk` and `gb18030`")]
pub struct UnknownEncoding(String);

/// Bytes that are not text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line} is not {encoding} text")]
pub struct DecodeError {
    /// The first line that is not, from 1.
    pub line: u64,
    /// What was declared or tried.
    pub encoding: String,
}

/// Decoded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a mark.
    pub text: String,
    /// How it was written.
    pub encoding: Encoding,
    /// Nothing was declared and the bytes do not prove it: somebody should look.
    pub is_guess: bool,
}

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";
const LOW_FIRST_MARK: &[u8] = b"\xFF\xFE";
const HIGH_FIRST_MARK: &[u8] = b"\xFE\xFF";

impl Encoding {
    const ALL: [Self; 4] = [Self::Utf8, Self::Gbk, Self::Gb18030, Self::Utf16];

    /// The name as written in plans.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Gbk => "gbk",
            Self::Gb18030 => "gb18030",
            Self::Utf16 => "utf-16",
        }
    }

    /// Decodes a file: in the declared encoding when there is one, otherwise UTF-8 if the bytes
    /// are, otherwise GB18030 if they can be, marked as a guess.
    ///
    /// A mark proves UTF-8 or UTF-16, whatever was declared. Bytes that are valid UTF-8 beyond ASCII are
    /// hardly ever anything else, unless they are few: `暖圈` in GBK is also `ůȦ` in UTF-8. So few
    /// two-byte characters and nothing longer are a guess too.
    ///
    /// # Errors
    /// When the bytes are not text in the encoding; the line is named.
    ///
    /// Cost: linear.
    pub fn decode(bytes: &[u8], declared: Option<Self>) -> Result<Decoded, DecodeError> {
        if let Some(bytes) = bytes.strip_prefix(UTF8_MARK) {
            return utf8(bytes);
        }
        if let Some(bytes) = bytes.strip_prefix(LOW_FIRST_MARK) {
            return utf16(bytes, u16::from_le_bytes);
        }
        if let Some(bytes) = bytes.strip_prefix(HIGH_FIRST_MARK) {
            return utf16(bytes, u16::from_be_bytes);
        }
        match declared {
            Some(Self::Utf8) => utf8(bytes),
            Some(Self::Utf16) => utf16(bytes, u16::from_le_bytes),
            Some(encoding) => chinese(bytes, encoding, false),
            None => match utf8(bytes) {
                Ok(decoded) => Ok(Decoded {
                    is_guess: may_be_chinese(&decoded.text),
                    ..decoded
                }),
                // When nothing fits, the file was most likely meant to be UTF-8.
                Err(error) => chinese(bytes, Self::Gb18030, true).or(Err(error)),
            },
        }
    }

    /// Encodes text; characters that GBK lacks become numeric references (`&#128522;`).
    ///
    /// Cost: linear.
    pub fn encode(self, text: &str) -> Vec<u8> {
        let encoded = match self {
            Self::Utf8 => Cow::Borrowed(text.as_bytes()),
            Self::Gbk => GBK.encode(text).0,
            Self::Gb18030 => GB18030.encode(text).0,
            Self::Utf16 => {
                let units = text.encode_utf16().flat_map(u16::to_le_bytes);
                Cow::Owned(LOW_FIRST_MARK.iter().copied().chain(units).collect())
            }
        };
        encoded.into_owned()
    }
}

fn utf8(bytes: &[u8]) -> Result<Decoded, DecodeError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Decoded {
            text: text.to_owned(),
            encoding: Encoding::Utf8,
            is_guess: false,
        }),
        Err(error) => Err(DecodeError {
            line: line_of(bytes, error.valid_up_to()),
            encoding: "UTF-8".to_owned(),
        }),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Decoded, DecodeError> {
    let (units, rest) = bytes.as_chunks::<2>();
    let units = units.iter().map(|&bytes| unit(bytes));
    let mut text = String::with_capacity(bytes.len());
    let mut line = 1;
    let half = rest.iter().map(|_| Err(()));
    let characters = char::decode_utf16(units).map(|c| c.map_err(|_lone| ()));
    for character in characters.chain(half) {
        let Ok(character) = character else {
            let encoding = "UTF-16".to_owned();
            return Err(DecodeError { line, encoding });
        };
        line += u64::from(character == '\n');
        text.push(character);
    }
    Ok(Decoded {
        text,
        encoding: Encoding::Utf16,
        is_guess: false,
    })
}

/// Whether valid UTF-8 may as well be GBK: beyond ASCII it has only two-byte characters, and so few
/// that it can be by chance (one in eight pairs of GB 2312 bytes is also such a character).
fn may_be_chinese(text: &str) -> bool {
    let beyond_ascii = || text.chars().filter(|c| !c.is_ascii());
    (1..=8).contains(&beyond_ascii().take(9).count())
        && beyond_ascii().all(|c| c < '\u{800}')
        && chinese(text.as_bytes(), Encoding::Gb18030, true).is_ok()
}

/// `encoding_rs`, like browsers, decodes GBK as GB18030, of which it is a part.
fn chinese(bytes: &[u8], encoding: Encoding, is_guess: bool) -> Result<Decoded, DecodeError> {
    let decode = |bytes: &[u8]| {
        GB18030
            .decode_without_bom_handling_and_without_replacement(bytes)
            .map(Cow::into_owned)
    };
    if let Some(text) = decode(bytes) {
        return Ok(Decoded {
            text,
            encoding,
            is_guess,
        });
    }
    // Lines are whole in this encoding: no second byte of a character is a line feed.
    let mut lines = bytes.split(|&byte| byte == b'\n');
    let bad = lines.position(|line| decode(line).is_none()).unwrap_or(0);
    let line = u64::try_from(bad).unwrap_or(u64::MAX).saturating_add(1);
    let encoding = encoding.name().to_uppercase();
    Err(DecodeError { line, encoding })
}

fn line_of(bytes: &[u8], offset: usize) -> u64 {
    let before = bytes
        .iter()
        .take(offset)
        .filter(|&&byte| byte == b'\n')
        .count();
    u64::try_from(before).unwrap_or(u64::MAX).saturating_add(1)
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Encoding {
    type Err = UnknownEncoding;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let folded = text.trim().to_lowercase();
        let folded = match folded.as_str() {
            "utf8" => "utf-8".to_owned(),
            "utf16" => "utf-16".to_owned(),
            _ => folded,
        };
        Self::ALL
            .into_iter()
            .find(|encoding| encoding.name() == folded)
            .ok_or_else(|| UnknownEncoding(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "编号,名称\n1,暖新驿站\n";

    #[test]
    fn utf8_needs_no_declaration_and_loses_its_mark() {
        let plain = Encoding::decode(TEXT.as_bytes(), None).unwrap();
        assert_eq!(
            (plain.text.as_str(), plain.encoding, plain.is_guess),
            (TEXT, Encoding::Utf8, false)
        );
        let marked = [UTF8_MARK, TEXT.as_bytes()].concat();
        assert_eq!(Encoding::decode(&marked, None).unwrap(), plain);
        assert_eq!(
            Encoding::decode(&marked, Some(Encoding::Gbk)).unwrap(),
            plain
        );
    }

    #[test]
    fn gbk_is_read_as_declared_and_otherwise_guessed() {
        // 换电柜 in GBK.
        let bytes = b"\xBB\xBB\xB5\xE7\xB9\xF1";
        assert_eq!(Encoding::Gbk.encode("换电柜"), bytes);
        let declared = Encoding::decode(bytes, Some(Encoding::Gbk)).unwrap();
        assert_eq!(
            (declared.text.as_str(), declared.is_guess),
            ("换电柜", false)
        );
        let guessed = Encoding::decode(bytes, None).unwrap();
        let guess = (guessed.text.as_str(), guessed.encoding, guessed.is_guess);
        assert_eq!(guess, ("换电柜", Encoding::Gb18030, true));
    }

    #[test]
    fn a_few_gbk_bytes_that_are_also_utf8_are_a_guess() {
        let bytes = Encoding::Gbk.encode("暖圈");
        let guessed = Encoding::decode(&bytes, None).unwrap();
        assert_eq!((guessed.text.as_str(), guessed.is_guess), ("ůȦ", true));
        assert_eq!(
            Encoding::decode(&bytes, Some(Encoding::Gbk)).unwrap().text,
            "暖圈"
        );
        assert!(!Encoding::decode(b"plain", None).unwrap().is_guess);
        assert!(
            !Encoding::decode(
                "São João, Póvoa, Cedofeita, Paranhos, Ramalde, Bonfim: ãõçáéíóú".as_bytes(),
                None
            )
            .unwrap()
            .is_guess
        );
    }

    #[test]
    fn what_is_written_comes_back() {
        for encoding in Encoding::ALL {
            let bytes = encoding.encode(TEXT);
            assert_eq!(
                Encoding::decode(&bytes, Some(encoding)).unwrap().text,
                TEXT,
                "{encoding}"
            );
        }
        // A character outside GBK, in four bytes.
        let bytes = Encoding::Gb18030.encode("𠮷");
        assert_eq!(
            Encoding::decode(&bytes, Some(Encoding::Gb18030))
                .unwrap()
                .text,
            "𠮷"
        );
    }

    #[test]
    fn a_mark_tells_utf16_and_its_order() {
        let written = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            let units = TEXT.encode_utf16().flat_map(bytes);
            mark.iter().copied().chain(units).collect()
        };
        for file in [
            written(LOW_FIRST_MARK, u16::to_le_bytes),
            written(HIGH_FIRST_MARK, u16::to_be_bytes),
        ] {
            for declared in [None, Some(Encoding::Utf8), Some(Encoding::Utf16)] {
                let decoded = Encoding::decode(&file, declared).unwrap();
                assert_eq!(decoded.text, TEXT);
                assert_eq!(
                    (decoded.encoding, decoded.is_guess),
                    (Encoding::Utf16, false)
                );
            }
        }
    }

    #[test]
    fn broken_text_names_its_line() {
        let error = Encoding::decode(b"a\nb\n\xFF\xFFc", None).unwrap_err();
        assert_eq!(
            error,
            DecodeError {
                line: 3,
                encoding: "UTF-8".into()
            }
        );
        let error = Encoding::decode(b"a\n\xFF\n", Some(Encoding::Gbk)).unwrap_err();
        assert_eq!(error.line, 2);
        let error = Encoding::decode(b"\xFF\xFEa\x00\n\x00\x00\xD8", None).unwrap_err();
        assert_eq!((error.line, error.encoding.as_str()), (2, "UTF-16"));
        assert!(Encoding::decode(b"\xFF\xFEa\x00b", None).is_err());
    }
}
