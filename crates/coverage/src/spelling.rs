/// The candidate that `text` was most likely meant to be; `None` when nothing is near.
///
/// Near means that at most a third of the letters must be changed, dropped or added (Levenshtein's
/// distance, without regard to case); ties go to the earlier candidate.
///
/// ```
/// assert_eq!(
///     coverage::nearest_spelling("warm-staton", ["rider-canteen", "warm-station"]),
///     Some("warm-station")
/// );
/// assert_eq!(coverage::nearest_spelling("library", ["rider-canteen", "warm-station"]), None);
/// ```
///
/// Cost: product of the lengths, for each candidate.
pub fn nearest_spelling<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let fold = |word: &str| -> Vec<char> { word.trim().to_lowercase().chars().collect() };
    let wanted = fold(text);
    candidates
        .into_iter()
        .map(|candidate| (distance(&wanted, &fold(candidate)), candidate))
        .filter(|(distance, candidate)| distance * 3 <= wanted.len().max(candidate.chars().count()))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_levenshteins() {
        let d = |a: &str, b: &str| {
            distance(
                &a.chars().collect::<Vec<_>>(),
                &b.chars().collect::<Vec<_>>(),
            )
        };
        assert_eq!(d("kitten", "sitting"), 3);
        assert_eq!(d("", "abc"), 3);
        assert_eq!(d("flaw", "lawn"), 2);
        assert_eq!(d("换电柜", "换电柜"), 0);
    }

    #[test]
    fn case_and_one_letter_do_not_matter() {
        assert_eq!(nearest_spelling("Lng", ["lat", "lng"]), Some("lng"));
        assert_eq!(
            nearest_spelling("换电框", ["暖新驿站", "换电柜"]),
            Some("换电柜")
        );
        assert_eq!(nearest_spelling("", ["lat"]), None);
    }
}
