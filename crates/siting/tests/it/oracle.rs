//! The best answer by looking at every set of sites, from the definitions alone.

use siting::{DemandIx, Instance, Model, Question, SiteIx, SiteStatus};

/// The objective of this set of new sites, or `None` when it breaks a rule.
pub(crate) fn value(instance: &Instance, question: &Question, new: &[SiteIx]) -> Option<i128> {
    let fixed = |s: SiteIx| instance.site_status(s) == SiteStatus::Fixed;
    let open: Vec<SiteIx> = instance
        .sites()
        .filter(|&s| fixed(s) || new.contains(&s))
        .collect();
    if question
        .n_sites
        .is_some_and(|p| new.len() > usize::try_from(p).unwrap())
    {
        return None;
    }
    let price: u64 = new.iter().map(|&s| instance.price(s).unwrap_or(0)).sum();
    if question.budget.is_some_and(|b| price > b) {
        return None;
    }
    let near = |a: SiteIx, b: SiteIx| instance.too_near(a, b) && !(fixed(a) && fixed(b));
    if open.iter().any(|&a| open.iter().any(|&b| near(a, b))) {
        return None;
    }
    let radius = question.radius.unwrap_or(u64::MAX);
    let costs = |d: DemandIx, from: &dyn Fn(SiteIx) -> bool| -> Vec<u64> {
        let mut all: Vec<u64> = instance
            .served_by(d)
            .filter(|&(s, c)| c <= radius && from(s))
            .map(|(_, c)| c)
            .collect();
        all.sort_unstable();
        all
    };
    if instance
        .sites()
        .next()
        .is_some_and(|s| instance.capacity(s).is_some())
    {
        return with_capacities(instance, question, &open);
    }
    let times = usize::try_from(question.times).unwrap();
    let mut covered = 0_i128;
    let mut by_zone = vec![(0_u64, 0_u64); instance.zone_ids().len()];
    let mut sum = 0_i128;
    let mut worst = 0_i128;
    for d in instance.demand_points() {
        let from_open = costs(d, &|s| open.contains(&s));
        let from_any = costs(d, &|s| instance.site_status(s) != SiteStatus::Forbidden);
        let weight = i128::from(instance.weight(d));
        let enough = match question.model {
            Model::Lscp | Model::Mclp => times,
            Model::PMedian | Model::PCenter => 1,
        };
        if let Some(zone) = instance.zone(d) {
            by_zone[zone].0 += instance.weight(d);
            by_zone[zone].1 += u64::from(from_open.len() >= enough) * instance.weight(d);
        }
        if from_open.len() >= enough {
            covered += weight;
            sum += weight * i128::from(from_open[0]);
            worst = worst.max(i128::from(from_open[0]));
        } else if question.require_all || question.model != Model::Mclp && from_any.len() >= enough
        {
            return None;
        }
    }
    if let Some(floor) = question.floor {
        let floor = u64::from(floor.millionths());
        if by_zone
            .iter()
            .any(|&(all, inside)| inside * 1_000_000 < all * floor)
        {
            return None;
        }
    }
    Some(match question.model {
        Model::Mclp => covered,
        Model::Lscp if question.by_price => price_of(instance, &open),
        Model::Lscp => i128::try_from(open.len()).unwrap(),
        Model::PMedian => sum,
        Model::PCenter => worst,
    })
}

/// The best objective over all sets of sites that may be opened; `None` when no set keeps the rules.
///
/// Cost: every subset of the candidates.
pub(crate) fn best(instance: &Instance, question: &Question) -> Option<i128> {
    let candidates: Vec<SiteIx> = instance
        .sites()
        .filter(|&s| instance.site_status(s) == SiteStatus::Candidate)
        .collect();
    assert!(
        candidates.len() <= 15,
        "too many sites to look at every set"
    );
    let values = (0_u32..1 << candidates.len()).filter_map(|set| {
        let new: Vec<SiteIx> = (0..candidates.len())
            .filter(|bit| set >> bit & 1 == 1)
            .map(|bit| candidates[bit])
            .collect();
        value(instance, question, &new)
    });
    if question.model.maximizes() {
        values.max()
    } else {
        values.min()
    }
}

/// What open sites cost together, those that stand already included.
fn price_of(instance: &Instance, open: &[SiteIx]) -> i128 {
    let price = open.iter().map(|&s| instance.price(s).unwrap());
    i128::from(price.sum::<u64>())
}

/// The objective with capacities, or `None` when somebody is not served who must be.
fn with_capacities(instance: &Instance, question: &Question, open: &[SiteIx]) -> Option<i128> {
    let radius = question.radius.unwrap_or(u64::MAX);
    if question.model == Model::Mclp {
        let demand: Vec<DemandIx> = instance.demand_points().collect();
        return Some(most_served(instance, radius, open, &demand));
    }
    let reached = |d: &DemandIx| {
        let mut from = instance.served_by(*d);
        from.any(|(s, c)| c <= radius && instance.site_status(s) != SiteStatus::Forbidden)
    };
    if question.require_all && !instance.demand_points().all(|d| reached(&d)) {
        return None;
    }
    let demand: Vec<DemandIx> = instance.demand_points().filter(reached).collect();
    let all: i128 = demand.iter().map(|&d| i128::from(instance.weight(d))).sum();
    let serves_all = |radius| most_served(instance, radius, open, &demand) == all;
    if !serves_all(radius) {
        return None;
    }
    Some(match question.model {
        Model::Lscp if question.by_price => price_of(instance, open),
        Model::Lscp => i128::try_from(open.len()).unwrap(),
        Model::PCenter => {
            let mut costs: Vec<u64> = instance
                .sites()
                .flat_map(|s| instance.serves(s).map(|p| p.1))
                .collect();
            costs.push(0);
            costs.sort_unstable();
            i128::from(*costs.iter().find(|&&c| serves_all(c)).unwrap())
        }
        _ => cheapest(instance, radius, open, &demand),
    })
}

/// The most that these sites can serve: the least cut between them and the demand, over every set of sites cut off.
fn most_served(instance: &Instance, radius: u64, open: &[SiteIx], demand: &[DemandIx]) -> i128 {
    let reach = |site: SiteIx| instance.serves(site).filter(|p| p.1 <= radius).map(|p| p.0);
    let cuts = (0_u32..1 << open.len()).map(|set| {
        let mut cut = 0_i128;
        let mut counted = vec![false; instance.n_demand()];
        for (bit, &site) in open.iter().enumerate() {
            if set >> bit & 1 == 1 {
                cut += i128::from(instance.capacity(site).unwrap());
                continue;
            }
            for demand in reach(site).filter(|d| demand.contains(d)) {
                if !std::mem::replace(&mut counted[demand.index()], true) {
                    cut += i128::from(instance.weight(demand));
                }
            }
        }
        cut
    });
    cuts.min().unwrap()
}

/// The least sum of weight × cost that serves all of this demand, along shortest paths from one demand point after the other, by the plainest method (Bellman and Ford over every pair).
fn cheapest(instance: &Instance, radius: u64, open: &[SiteIx], demand: &[DemandIx]) -> i128 {
    let (rows, sites) = (demand.len(), open.len());
    let mut room: Vec<u64> = open
        .iter()
        .map(|&s| instance.capacity(s).unwrap())
        .collect();
    let cost = |r: usize, s: usize| -> Option<i128> {
        let pair = instance.served_by(demand[r]).find(|p| p.0 == open[s]);
        pair.filter(|p| p.1 <= radius).map(|p| i128::from(p.1))
    };
    let cost: Vec<Vec<Option<i128>>> = (0..rows)
        .map(|r| (0..sites).map(|s| cost(r, s)).collect())
        .collect();
    let mut serves = vec![vec![0_u64; sites]; rows];
    let mut sum = 0;
    for from in 0..rows {
        let mut left = instance.weight(demand[from]);
        while left > 0 {
            // Distances of rows and sites from this row.
            let mut row = vec![None::<i128>; rows];
            let mut site: Vec<Option<(i128, usize)>> = vec![None; sites];
            let mut by = vec![usize::MAX; rows];
            row[from] = Some(0);
            for _ in 0..rows + sites {
                for r in 0..rows {
                    for s in 0..sites {
                        let (Some(c), Some(d)) = (cost[r][s], row[r]) else {
                            continue;
                        };
                        if site[s].is_none_or(|old| d + c < old.0) {
                            site[s] = Some((d + c, r));
                        }
                    }
                }
                for r in (0..rows).filter(|&r| r != from) {
                    for s in (0..sites).filter(|&s| serves[r][s] > 0) {
                        let Some((d, _)) = site[s] else { continue };
                        let back = d - cost[r][s].unwrap();
                        if row[r].is_none_or(|old| back < old) {
                            row[r] = Some(back);
                            by[r] = s;
                        }
                    }
                }
            }
            let ends = (0..sites).filter(|&s| room[s] > 0 && site[s].is_some());
            let end = ends
                .min_by_key(|&s| site[s].unwrap().0)
                .expect("all can be served");
            let mut amount = left.min(room[end]);
            let mut path = Vec::new();
            let mut s = end;
            loop {
                let r = site[s].unwrap().1;
                path.push((r, s));
                if r == from {
                    break;
                }
                amount = amount.min(serves[r][by[r]]);
                s = by[r];
            }
            for &(r, s) in &path {
                serves[r][s] += amount;
                sum += i128::from(amount) * cost[r][s].unwrap();
                if r != from {
                    serves[r][by[r]] -= amount;
                    sum -= i128::from(amount) * cost[r][by[r]].unwrap();
                }
            }
            room[end] -= amount;
            left -= amount;
        }
    }
    sum
}
