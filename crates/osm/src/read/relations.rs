use city::{FindingKind, OsmId};
use osmpbfreader::osmformat::PrimitiveBlock;
use osmpbfreader::osmformat::relation::MemberType;

use super::area::extra;
use super::{AreaRelation, Extra, Found, Outcome, Walked, is_deleted};
use crate::facts::{self, Street};
use crate::restriction::Restriction;
use crate::tags::{self, Named, Table, Tag, value};

/// A relation that is kept.
pub(super) enum Relation {
    /// What is kept of it, and what its border is walked as.
    Area(AreaRelation, Option<Box<Walked>>),
    Restriction(Restriction),
}

/// Relations by id in the order of the file.
pub(super) type Relations = Vec<(i64, Option<Relation>)>;

/// The relations of a block in order; nothing for one that is not kept.
pub(super) fn relations_of(block: &PrimitiveBlock) -> Outcome<(Relations, Found)> {
    let table = Table::of(block);
    let mut found = Vec::new();
    let mut findings = Vec::new();
    let mut tags = Vec::new();
    for relation in block.primitivegroup.iter().flat_map(|g| &g.relations) {
        let id = relation.id();
        if is_deleted(relation.info.as_ref()) {
            findings.push((FindingKind::DeletedObject, OsmId::Relation(id)));
            found.push((id, None));
            continue;
        }
        table.fill(&mut tags, &relation.keys, &relation.vals)?;
        let kind = value(&tags, Named::Type).unwrap_or_default();
        let is_restriction = kind == "restriction" || kind.starts_with("restriction:");
        let is_area = kind == "multipolygon" || kind == "boundary";
        if !is_restriction && !is_area {
            found.push((id, None));
            continue;
        }
        let mut member = 0_i64;
        let mut members = Vec::with_capacity(relation.memids.len());
        let (types, roles) = (&relation.types, &relation.roles_sid);
        for ((&delta, kind), &role) in relation.memids.iter().zip(types).zip(roles) {
            member = member.wrapping_add(delta);
            let role = u32::try_from(role).ok().ok_or(tags::BAD_TEXT)?;
            let role = table.text(role)?;
            let Ok(kind) = kind.enum_value() else {
                continue;
            };
            members.push((kind, member, role));
        }
        if is_restriction {
            match Restriction::read(&tags, &members) {
                Ok(restriction) => found.push((id, Some(Relation::Restriction(restriction)))),
                Err(kind) => {
                    findings.push((kind, OsmId::Relation(id)));
                    found.push((id, None));
                }
            }
            continue;
        }
        let walked = if kind == "multipolygon" {
            walked(&tags, OsmId::Relation(id), &mut findings)
        } else {
            None
        };
        let extra = extra(&tags, true);
        let extra = extra.or_else(|| walked.is_some().then(Extra::default));
        let area = extra.map(|extra| {
            let border = members
                .iter()
                .filter(|(kind, _, _)| *kind == MemberType::WAY)
                .map(|&(_, way, role)| (way, role == "inner"))
                .collect();
            let area = AreaRelation {
                extra,
                street: None,
                border,
            };
            Relation::Area(area, walked.map(Box::new))
        });
        found.push((id, area));
    }
    Ok((found, findings))
}

/// What the border of a multipolygon is walked as; `None` when it is not walked.
fn walked(tags: &[Tag<'_>], id: OsmId, findings: &mut Found) -> Option<Walked> {
    match facts::street(tags) {
        Street::Is(mut facts, doubts) if facts.class != graph::RoadClass::Ferry => {
            findings.extend(doubts.kinds().map(|kind| (kind, id)));
            facts.flags = facts.flags.with(graph::WayFlags::AREA);
            Some((facts, value(tags, Named::Name).map(str::to_owned)))
        }
        Street::Building => {
            findings.push((FindingKind::StreetIsBuilding, id));
            None
        }
        Street::Is(..) | Street::Closed(_) | Street::No => None,
    }
}
