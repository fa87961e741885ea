//! The corpus of the fuzz targets, as it is and changed from a fixed seed: nothing panics.

use std::fs;
use std::path::Path;

use benches::hostile::TARGETS;

/// How many changed copies of each file: many more under `cargo xtask test --long`.
fn n_changed() -> u32 {
    std::env::var("CORPUS_CHANGES").map_or(60, |text| text.parse().unwrap())
}

#[test]
fn no_reader_panics_on_the_corpus_or_on_changed_copies_of_it() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for target in TARGETS {
        let entries = fs::read_dir(corpus.join(target.name)).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        assert!(!paths.is_empty(), "{} has no corpus", target.name);
        for path in paths {
            let seed = fs::read(&path).unwrap();
            (target.read)(&seed);
            let mut random = Random(0x6e75_616e_7175_616e);
            for number in 0..n_changed() {
                let changed = change(&seed, &mut random);
                let read = || (target.read)(&changed);
                let calm = std::panic::catch_unwind(read).is_ok();
                // With the bytes, ready to be put into the corpus.
                assert!(
                    calm,
                    "change {number} of {}: {changed:02x?}",
                    path.display()
                );
            }
        }
    }
}

/// `SplitMix64` (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        let n = u64::try_from(n.max(1)).unwrap();
        usize::try_from(self.next() % n).unwrap()
    }

    fn byte(&mut self) -> u8 {
        let interesting = [
            0, 1, 0x7f, 0x80, 0xff, b'"', b',', b'\n', b'{', b'-', b'9', b'e',
        ];
        match self.below(2) {
            0 => interesting[self.below(interesting.len())],
            _ => self.next().to_le_bytes()[0],
        }
    }
}

/// One to four changes: a byte, a cut, a run that is repeated, a run that goes.
fn change(seed: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        let until = (at + 1 + random.below(16)).min(bytes.len());
        match random.below(6) {
            0 => bytes.truncate(at),
            1 => {
                let run: Vec<u8> = bytes.get(at..until).unwrap_or_default().to_vec();
                let run = run.repeat(1 + random.below(40));
                bytes.splice(at..at, run);
            }
            2 => drop(bytes.drain(at.min(until)..until)),
            3 => bytes.insert(at, random.byte()),
            _ => {
                let byte = random.byte();
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
            }
        }
    }
    bytes
}
