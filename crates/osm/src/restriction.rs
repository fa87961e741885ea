//! Turn restrictions: from a relation's members to a chain of arcs.
//!
//! The chain is found here; that it binds is the work of the node copies in `graph`.

use city::FindingKind;
use graph::{AccessKey, TurnBinding};
use osmpbfreader::osmformat::relation::MemberType;

use crate::tags::{Key, Named, Tag, value};

/// A restriction as mapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Restriction {
    pub(crate) is_only: bool,
    pub(crate) binding: TurnBinding,
    /// Several for `no_entry`.
    pub(crate) from: Vec<i64>,
    pub(crate) via: Via,
    /// Several for `no_exit`.
    pub(crate) to: Vec<i64>,
}

/// Where the turn is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Via {
    Node(i64),
    Ways(Vec<i64>),
}

/// More members than any real restriction has are not followed.
const MAX_MEMBERS: usize = 32;

impl Restriction {
    pub(crate) fn n_members(&self) -> usize {
        let via = match &self.via {
            Via::Node(_) => 1,
            Via::Ways(ways) => ways.len(),
        };
        self.from.len() + via + self.to.len()
    }

    /// Reads tags and members.
    pub(crate) fn read(
        tags: &[Tag<'_>],
        members: &[(MemberType, i64, &str)],
    ) -> Result<Self, FindingKind> {
        let has = |name: &str| tags.iter().any(|tag| tag.name == name);
        let plain = value(tags, Named::Restriction);
        let for_some: Vec<(&str, &str)> = tags
            .iter()
            .filter(|tag| !tag.name.ends_with(":conditional"))
            .filter_map(|tag| Some((tag.name.strip_prefix("restriction:")?, tag.value)))
            .collect();
        let (kind, only) = match (plain, for_some.first()) {
            (Some(kind), _) => (kind, Vec::new()),
            (None, Some(&(_, kind))) => {
                let keys: Vec<AccessKey> = for_some
                    .iter()
                    .filter(|(_, other)| *other == kind)
                    .filter_map(|(key, _)| access_key(key))
                    .collect();
                if keys.is_empty() {
                    return Err(FindingKind::RestrictionForOthers);
                }
                (kind, keys)
            }
            (None, None) if tags.iter().any(|tag| tag.key == Key::Conditional) => {
                return Err(FindingKind::RestrictionConditional);
            }
            (None, None) => return Err(FindingKind::RestrictionUnknown),
        };
        if has("day_on") || has("hour_on") {
            return Err(FindingKind::RestrictionConditional);
        }
        let is_only = match kind {
            _ if kind.starts_with("no_") => false,
            _ if kind.starts_with("only_") => true,
            _ => return Err(FindingKind::RestrictionUnknown),
        };
        let except = value(tags, Named::Except).unwrap_or_default();
        let mut except: Vec<AccessKey> = except
            .split([';', ','])
            .filter_map(|name| access_key(name.trim()))
            .collect();
        except.sort_unstable();
        except.dedup();
        let ways = |role: &str| -> Vec<i64> {
            let of_role = members.iter().filter(|m| m.2 == role);
            of_role
                .filter(|m| m.0 == MemberType::WAY)
                .map(|m| m.1)
                .collect()
        };
        let via_nodes: Vec<i64> = members
            .iter()
            .filter(|m| m.2 == "via" && m.0 == MemberType::NODE)
            .map(|m| m.1)
            .collect();
        let via = match (via_nodes.as_slice(), ways("via")) {
            (&[node], ways) if ways.is_empty() => Via::Node(node),
            ([], ways) if !ways.is_empty() => Via::Ways(ways),
            ([], _) => return Err(FindingKind::RestrictionIncomplete),
            _ => return Err(FindingKind::RestrictionAmbiguous),
        };
        let restriction = Self {
            is_only,
            binding: TurnBinding { only, except },
            from: ways("from"),
            via,
            to: ways("to"),
        };
        if restriction.from.is_empty() || restriction.to.is_empty() {
            return Err(FindingKind::RestrictionIncomplete);
        }
        if restriction.n_members() > MAX_MEMBERS {
            return Err(FindingKind::RestrictionAmbiguous);
        }
        Ok(restriction)
    }
}

fn access_key(name: &str) -> Option<AccessKey> {
    AccessKey::ALL
        .into_iter()
        .find(|key| key.osm_name() == name)
}
