//! Text of opening hours to rules, with what is not said made `unknown`.

use opening_hours::OpeningHours as Expression;
use opening_hours_syntax::rules::time::{Time, TimeSelector, TimeSpan};
use opening_hours_syntax::rules::{OpeningHoursExpression, RuleOperator, RuleSequence};
use opening_hours_syntax::{ExtendedTime, RuleKind};

/// Opening hours as expressions of which the first that is not closed decides, moment by moment.
///
/// The `opening-hours` crate reads the syntax and evaluates single rules. What it decides otherwise
/// than `opening_hours.js`, the evaluator that mappers check their tags with, is brought in line
/// here: it takes a rule with a comment for open, an open end for midnight, `||` for whole days, and
/// a timetable (`10:00-16:00/01:30`) for a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HoursRules {
    pub(crate) alternatives: Vec<Expression>,
    pub(crate) rest_on: Vec<Rest>,
}

/// Something beside the clock that opening hours rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Sunrise, sunset, dawn or dusk.
    Sun,
    /// `18:00+`.
    OpenEnd,
    /// `PH`.
    PublicHolidays,
    /// `SH`.
    SchoolHolidays,
}

impl HoursRules {
    /// `None` when the text cannot be understood.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let parsed: Expression = without_stated_comments(text).parse().ok()?;
        let written = parsed.get_expression();
        let spans = || {
            written
                .rules
                .iter()
                .flat_map(|rule| &rule.time_selector.spans)
        };
        if spans().any(|span| span.repeats.is_some()) {
            return None;
        }
        let days = written
            .rules
            .iter()
            .flat_map(|rule| &rule.day_selector.weekday);
        let days: Vec<String> = days.map(ToString::to_string).collect();
        let names = |holiday| days.iter().any(|day| day.starts_with(holiday));
        let is_variable = |time: &Time| matches!(time, Time::Variable(_));
        let follows_sun =
            spans().any(|span| is_variable(&span.range.start) || is_variable(&span.range.end));
        let rest_on = [
            (Rest::Sun, follows_sun),
            (Rest::OpenEnd, spans().any(|span| span.open_end)),
            (Rest::PublicHolidays, names("PH")),
            (Rest::SchoolHolidays, names("SH")),
        ];
        Some(Self {
            alternatives: alternatives(&parsed, &written.rules)?,
            rest_on: rest_on
                .into_iter()
                .filter_map(|(rest, does)| does.then_some(rest))
                .collect(),
        })
    }
}

/// Comments beside a stated `open`, `closed`, `off` or `unknown` change nothing and go; the ones
/// left are rules whose state nobody stated.
fn without_stated_comments(text: &str) -> String {
    let parts: Vec<&str> = text.split('"').collect();
    if parts.len().is_multiple_of(2) {
        return text.to_owned();
    }
    let mut kept = String::new();
    for (number, part) in parts.iter().enumerate() {
        if number.is_multiple_of(2) {
            // `"winter": 10:00-12:00`: the parser takes no space after such a label.
            if number > 0
                && let Some(rest) = part.trim_start().strip_prefix(':')
            {
                kept.push(':');
                kept.push_str(rest.trim_start());
            } else {
                kept.push_str(part);
            }
            continue;
        }
        let before = parts[number - 1].trim_end().to_lowercase();
        let word = before.rsplit(|c: char| !c.is_alphabetic()).next();
        if !matches!(word, Some("open" | "closed" | "off" | "unknown")) {
            kept.push('"');
            kept.push_str(part);
            kept.push('"');
        }
    }
    kept.trim_end().to_owned()
}

/// The rules parted at `||`.
fn alternatives(parsed: &Expression, rules: &[RuleSequence]) -> Option<Vec<Expression>> {
    let mut groups: Vec<Vec<RuleSequence>> = Vec::new();
    for rule in rules {
        let mut rule = rule.clone();
        if rule.operator == RuleOperator::Fallback || groups.is_empty() {
            rule.operator = RuleOperator::Normal;
            groups.push(Vec::new());
        }
        let group = groups.last_mut()?;
        group.extend(as_stated(rule));
    }
    if let [only] = groups.as_slice()
        && only == rules
    {
        return Some(vec![parsed.clone()]);
    }
    let expressions = groups.into_iter().map(|rules| {
        let text = OpeningHoursExpression { rules }.to_string();
        text.parse().ok()
    });
    expressions.collect()
}

/// One rule with what it does not state made `unknown`.
fn as_stated(mut rule: RuleSequence) -> Vec<RuleSequence> {
    if rule.kind == RuleKind::Open && !rule.comment.is_empty() {
        rule.kind = RuleKind::Unknown;
        rule.comment = "".into();
    }
    let has_open_end = rule.time_selector.spans.iter().any(|span| span.open_end);
    if rule.kind != RuleKind::Open || !has_open_end {
        return vec![rule];
    }
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for span in &rule.time_selector.spans {
        let range = &span.range;
        let midnight = Time::Fixed(ExtendedTime::MIDNIGHT_24);
        if !span.open_end {
            known.push(span.clone());
        } else if range.end == midnight {
            unknown.push(until(range.start, guessed_end(range.start)));
        } else {
            known.push(until(range.start, range.end));
            // Past midnight there is no way to write where the unknown begins; it stays closed.
            let is_today = match (range.start, range.end) {
                (Time::Fixed(start), Time::Fixed(end)) => {
                    start < end && end < ExtendedTime::MIDNIGHT_24
                }
                _ => true,
            };
            if is_today {
                let eight_later = match range.end {
                    Time::Fixed(end) => end.add_hours(8),
                    Time::Variable(_) => None,
                };
                let end = eight_later.unwrap_or(ExtendedTime::MIDNIGHT_24);
                unknown.push(until(range.end, Time::Fixed(end)));
            }
        }
    }
    let mut rules = Vec::new();
    if !known.is_empty() {
        rules.push(RuleSequence {
            time_selector: TimeSelector::new(known),
            ..rule.clone()
        });
    }
    if !unknown.is_empty() {
        let operator = if rules.is_empty() {
            rule.operator
        } else {
            RuleOperator::Additional
        };
        rules.push(RuleSequence {
            time_selector: TimeSelector::new(unknown),
            kind: RuleKind::Unknown,
            operator,
            ..rule
        });
    }
    rules
}

fn until(start: Time, end: Time) -> TimeSpan {
    TimeSpan {
        range: start..end,
        open_end: false,
        repeats: None,
    }
}

/// How long an open end without a stated one stays unknown before it is surely closed: as
/// `opening_hours.js` has it, to midnight for what opens by day, ten hours from the evening, eight
/// from the late evening.
fn guessed_end(start: Time) -> Time {
    let end = match start {
        Time::Fixed(start) if start.hour() >= 22 => start.add_hours(8),
        Time::Fixed(start) if start.hour() >= 17 => start.add_hours(10),
        Time::Fixed(_) | Time::Variable(_) => None,
    };
    Time::Fixed(end.unwrap_or(ExtendedTime::MIDNIGHT_24))
}
