//! Opening hours as people write them, turned into OSM's syntax.

use coverage::OpeningHours;

use crate::number::plain;

/// Reads opening hours: OSM syntax, or the words of Chinese tables (`周一至周五 9:00-18:00`,
/// `8点-22点`, `24小时`), which come back in OSM syntax.
///
/// Words that name no hour (`全年无休` alone) and whatever is not wholly understood give `None`;
/// nothing is guessed.
///
/// ```
/// let hours = formats::hours::parse("周一至周五 9：00～18：00，周末休息").unwrap();
/// assert_eq!(hours.text(), "Mo-Fr 09:00-18:00; Sa,Su off");
/// ```
///
/// Cost: linear in the text.
pub fn parse(text: &str) -> Option<OpeningHours> {
    OpeningHours::parse(text)
        .ok()
        .or_else(|| OpeningHours::parse(&translated(text)?).ok())
}

/// A piece of text that means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    /// Days in OSM syntax: one, or a set of them.
    Days(&'static str),
    /// Minutes from midnight.
    Time(u32),
    /// A time of the next day.
    NextDay,
    /// The whole day.
    AllDay,
    /// 每天, which changes nothing.
    EveryDay,
    /// 除外: except for the days before it.
    Except,
    /// 休息, 不营业.
    Off,
    /// A part of the day before a time: what is added to hours below noon.
    Part(u32),
    /// From, to.
    To,
    /// 、 and , between days or spans.
    And,
    /// ; and line ends.
    End,
    /// Decoration.
    Nothing,
}

/// 工作日.
const WORKING_DAYS: Word = Word::Days("Mo-Fr");

/// Longer words first, so that none hides another.
const WORDS: &[(&str, Word)] = &[
    ("全天24小时", Word::AllDay),
    ("24小时营业", Word::AllDay),
    ("24小时", Word::AllDay),
    ("24h", Word::AllDay),
    ("全天候", Word::AllDay),
    ("全天", Word::AllDay),
    ("全年无休", Word::EveryDay),
    ("法定节假日", Word::Days("PH")),
    ("节假日", Word::Days("PH")),
    ("工作日", WORKING_DAYS),
    ("双休日", Word::Days("Sa,Su")),
    ("周末", Word::Days("Sa,Su")),
    ("每天", Word::EveryDay),
    ("每日", Word::EveryDay),
    ("除外", Word::Except),
    ("不营业", Word::Off),
    ("不开放", Word::Off),
    ("休息", Word::Off),
    ("关闭", Word::Off),
    ("休", Word::Off),
    ("营业时间", Word::Nothing),
    ("开放时间", Word::Nothing),
    ("服务时间", Word::Nothing),
    ("营业", Word::Nothing),
    ("开放", Word::Nothing),
    ("服务", Word::Nothing),
    ("次日", Word::NextDay),
    ("第二天", Word::NextDay),
    ("翌日", Word::NextDay),
    ("凌晨", Word::Part(0)),
    ("早上", Word::Part(0)),
    ("上午", Word::Part(0)),
    ("早", Word::Part(0)),
    ("下午", Word::Part(12)),
    ("傍晚", Word::Part(12)),
    ("晚上", Word::Part(12)),
    ("晚", Word::Part(12)),
    ("至", Word::To),
    ("到", Word::To),
    ("-", Word::To),
    ("和", Word::And),
    ("及", Word::And),
    ("、", Word::And),
    (",", Word::And),
    ("/", Word::And),
    (";", Word::End),
    ("\n", Word::End),
    ("。", Word::End),
    (" ", Word::Nothing),
    (":", Word::Nothing),
    ("(", Word::Nothing),
    (")", Word::Nothing),
];

const DAYS: [(&str, &str); 8] = [
    ("一", "Mo"),
    ("二", "Tu"),
    ("三", "We"),
    ("四", "Th"),
    ("五", "Fr"),
    ("六", "Sa"),
    ("日", "Su"),
    ("天", "Su"),
];

fn translated(text: &str) -> Option<String> {
    let text = normal(text);
    if ["7x24", "24x7"].contains(&text.trim_end_matches("小时")) {
        return Some("24/7".to_owned());
    }
    let words = words(&text)?;
    let mut rules: Vec<Rule> = vec![Rule::default()];
    // Working days are no holidays, whichever weekday these fall on.
    let keeps_holidays = words.contains(&WORKING_DAYS) && !words.contains(&Word::Days("PH"));
    let mut at = 0;
    while let Some(&word) = words.get(at) {
        let rule = rules.last_mut()?;
        match word {
            Word::Nothing | Word::And => {}
            Word::End => rules.push(Rule::default()),
            Word::Days(_) | Word::EveryDay if rule.is_decided() => {
                rules.push(Rule::default());
                continue;
            }
            Word::EveryDay => rule.says_days = true,
            Word::Days(first) => {
                rule.says_days = true;
                match words.get(at + 1..at + 3) {
                    Some(&[Word::To, Word::Days(last)]) if first.len() == 2 && last.len() == 2 => {
                        rule.days.push(format!("{first}-{last}"));
                        at += 2;
                    }
                    _ => rule.days.push(first.to_owned()),
                }
            }
            Word::AllDay => rule.spans.push("00:00-24:00".to_owned()),
            Word::Off if rule.spans.is_empty() => rule.off = true,
            Word::Except if rule.spans.is_empty() && !rule.days.is_empty() => rule.off = true,
            Word::Time(_) | Word::Part(_) => {
                let (span, used) = span(&words[at..])?;
                rule.spans.push(span);
                at += used;
                continue;
            }
            Word::To | Word::NextDay | Word::Off | Word::Except => return None,
        }
        at += 1;
    }
    rules.retain(|rule| !rule.is_empty());
    // Times without days after times with days: for which days?
    let is_doubtful = |pair: &[Rule]| !pair[1].says_days && !pair[1].off && pair[0].is_decided();
    if rules.windows(2).any(is_doubtful) || !rules.iter().any(|rule| !rule.spans.is_empty()) {
        return None;
    }
    let texts: Option<Vec<String>> = rules.iter().map(Rule::text).collect();
    let holidays = keeps_holidays.then(|| "PH off".to_owned());
    let texts: Vec<String> = texts?.into_iter().chain(holidays).collect();
    Some(texts.join("; "))
}

/// One rule of OSM's syntax while it is gathered.
#[derive(Clone, Debug, Default)]
struct Rule {
    says_days: bool,
    days: Vec<String>,
    spans: Vec<String>,
    off: bool,
}

impl Rule {
    fn is_decided(&self) -> bool {
        self.off || !self.spans.is_empty()
    }

    fn is_empty(&self) -> bool {
        !self.is_decided() && self.days.is_empty()
    }

    /// `None` when it names days and not what holds on them.
    fn text(&self) -> Option<String> {
        let days = self.days.join(",");
        let what = match (self.off, self.spans.is_empty()) {
            (true, true) if !days.is_empty() => "off".to_owned(),
            (false, false) => self.spans.join(","),
            _ => return None,
        };
        Some(if days.is_empty() {
            what
        } else {
            format!("{days} {what}")
        })
    }
}

/// A span of time and how many words it takes.
fn span(words: &[Word]) -> Option<(String, usize)> {
    let (start, mut used) = time(words)?;
    while words.get(used) == Some(&Word::Nothing) {
        used += 1;
    }
    (words.get(used) == Some(&Word::To)).then_some(())?;
    used += 1;
    while words.get(used) == Some(&Word::Nothing) {
        used += 1;
    }
    let is_next_day = words.get(used) == Some(&Word::NextDay);
    used += usize::from(is_next_day);
    let (end, more) = time(words.get(used..)?)?;
    // The day after ends before it began, or it is more than a day.
    if is_next_day && end > start || start == end || start >= 24 * 60 {
        return None;
    }
    let text = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    Some((format!("{}-{}", text(start), text(end)), used + more))
}

/// A time with the part of the day before it, in minutes, and how many words it takes.
fn time(words: &[Word]) -> Option<(u32, usize)> {
    match *words {
        [Word::Time(minutes), ..] => Some((minutes, 1)),
        [Word::Part(add), Word::Time(minutes), ..] => {
            let is_morning = minutes < 12 * 60;
            let later = if is_morning { add * 60 } else { 0 };
            // 下午 13:00 is 13:00; 上午 13:00 is a mistake, and 晚 12:00 may be noon or midnight.
            (is_morning || (add > 0 && minutes >= 13 * 60)).then_some((minutes + later, 2))
        }
        _ => None,
    }
}

/// Full-width forms and the many dashes as one.
fn normal(text: &str) -> String {
    let text: String = plain(text)
        .chars()
        .map(|c| match c {
            '：' => ':',
            '～' | '~' | '〜' | '—' | '–' | '―' | '﹣' => '-',
            '；' => ';',
            '（' => '(',
            '）' => ')',
            '\t' | '\u{3000}' | '\u{a0}' => ' ',
            '×' | '*' | 'X' | '＊' => 'x',
            'H' => 'h',
            c => c,
        })
        .collect();
    text.replace("--", "-").replace("\r\n", "\n")
}

fn words(text: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut rest = text;
    'text: while !rest.is_empty() {
        for prefix in ["星期", "礼拜", "周"] {
            if let Some(after) = rest.strip_prefix(prefix)
                && let Some((name, day)) = DAYS.iter().find(|(name, _)| after.starts_with(name))
            {
                words.push(Word::Days(day));
                rest = after.strip_prefix(name)?;
                continue 'text;
            }
        }
        if let Some((text, word)) = WORDS.iter().find(|(text, _)| rest.starts_with(text)) {
            words.push(*word);
            rest = rest.strip_prefix(text)?;
            continue;
        }
        let (time, after) = clock(rest)?;
        words.push(Word::Time(time));
        rest = after;
    }
    Some(words)
}

/// `8:00`, `8点`, `8点半`, `8时30分`, at the start of some text; a bare number is no time.
fn clock(text: &str) -> Option<(u32, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (hour, rest) = text.split_at_checked(digits(text))?;
    let hour: u32 = (hour.len() <= 2).then(|| hour.parse().ok()).flatten()?;
    let (minute, rest) = if let Some(rest) = rest.strip_prefix(':') {
        let (minute, rest) = rest.split_at_checked(digits(rest))?;
        (minute.len() == 2).then_some(())?;
        // Seconds that a spreadsheet adds.
        let rest = rest.strip_prefix(":00").unwrap_or(rest);
        (minute.parse().ok()?, rest)
    } else {
        let rest = rest.strip_prefix(['点', '时'])?;
        let rest = rest.strip_prefix('钟').unwrap_or(rest);
        if let Some(rest) = rest.strip_prefix('半') {
            (30, rest)
        } else {
            let (minute, after) = rest.split_at_checked(digits(rest))?;
            match after.strip_prefix('分') {
                Some(after) => (minute.parse().ok()?, after),
                None if minute.is_empty() => (0, rest),
                None => return None,
            }
        }
    };
    let minutes = hour * 60 + minute;
    (minute < 60 && minutes <= 24 * 60).then_some((minutes, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_tables_become_osm_syntax() {
        for (text, osm) in [
            ("24小时", "00:00-24:00"),
            ("全天", "00:00-24:00"),
            ("全天24小时营业", "00:00-24:00"),
            ("7×24", "24/7"),
            ("7*24小时", "24/7"),
            ("２４小时", "00:00-24:00"),
            ("全年无休，24小时", "00:00-24:00"),
            ("8:00～22:00", "08:00-22:00"),
            ("08：00–22：00", "08:00-22:00"),
            ("8:00--22:00", "08:00-22:00"),
            ("8:00至22:00", "08:00-22:00"),
            ("8点-22点", "08:00-22:00"),
            ("8点半到17时30分", "08:30-17:30"),
            ("上午9点至下午6点", "09:00-18:00"),
            ("早8点-晚10点", "08:00-22:00"),
            ("18:00-次日02:00", "18:00-02:00"),
            ("周一至周五 9:00-18:00", "Mo-Fr 09:00-18:00"),
            ("周一到周六 10:00-20:00", "Mo-Sa 10:00-20:00"),
            ("星期一至星期日 9:00-21:00", "Mo-Su 09:00-21:00"),
            ("周一、周三、周五 9:00-12:00", "Mo,We,Fr 09:00-12:00"),
            ("工作日9:00-18:00", "Mo-Fr 09:00-18:00; PH off"),
            (
                "工作日9:00-18:00 节假日10:00-16:00",
                "Mo-Fr 09:00-18:00; PH 10:00-16:00",
            ),
            ("每天8:00-22:00", "08:00-22:00"),
            ("每日 08:00-12:00、14:00-18:00", "08:00-12:00,14:00-18:00"),
            ("08:00-12:00 14:00-18:00", "08:00-12:00,14:00-18:00"),
            (
                "周一至周五 9:00-18:00；周六、周日 10:00-16:00",
                "Mo-Fr 09:00-18:00; Sa,Su 10:00-16:00",
            ),
            (
                "周一至周五9:00-18:00，周末休息",
                "Mo-Fr 09:00-18:00; Sa,Su off",
            ),
            ("8:00-20:00（节假日除外）", "08:00-20:00; PH off"),
            ("8:00-20:00，周日不营业", "08:00-20:00; Su off"),
            ("营业时间：8:00-20:00", "08:00-20:00"),
            ("08:00:00-22:00:00", "08:00-22:00"),
            ("0:00—24:00", "00:00-24:00"),
        ] {
            let hours = parse(text).unwrap_or_else(|| panic!("`{text}` was not understood"));
            assert_eq!(hours.text(), osm, "{text}");
        }
        assert_eq!(
            parse("Mo-Fr 08:00-22:00").unwrap().text(),
            "Mo-Fr 08:00-22:00"
        );
    }

    #[test]
    fn what_names_no_hour_or_is_doubtful_is_not_guessed() {
        for text in [
            "全年无休",
            "每天",
            "周一至周五",
            "周末休息",
            "8-22",
            "8:00",
            "8:00-",
            "8:00起",
            "25:00-26:00",
            "8:60-9:00",
            "上午13:00-14:00",
            "早8点-晚12点",
            "8:00-次日10:00",
            "周一至周五 9:00-18:00；10:00-16:00",
            "电话预约",
            "9:00-18:00，电话预约",
            "夏季8:00-20:00",
            "",
        ] {
            assert!(parse(text).is_none(), "`{text}`: {:?}", parse(text));
        }
    }
}
