//! The best answer by looking at every set of sites, from the definitions alone.

use siting::{DemandIx, Instance, Model, Question, SiteIx, Standing};

/// The objective of this set of new sites, or `None` when it breaks a rule.
pub(crate) fn value(instance: &Instance, question: &Question, new: &[SiteIx]) -> Option<i128> {
    let fixed = |s: SiteIx| instance.standing(s) == Standing::Fixed;
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
        return served_with_capacities(instance, radius, &open, question.require_all);
    }
    let times = usize::try_from(question.times).unwrap();
    let mut covered = 0_i128;
    let mut by_zone = vec![(0_u64, 0_u64); instance.zone_ids().len()];
    let mut sum = 0_i128;
    let mut worst = 0_i128;
    for d in instance.demand_points() {
        let from_open = costs(d, &|s| open.contains(&s));
        let from_any = costs(d, &|s| instance.standing(s) != Standing::Forbidden);
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
        Model::Lscp if question.by_price => i128::from(price),
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
        .filter(|&s| instance.standing(s) == Standing::Candidate)
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

/// The most that these sites can serve: the least cut between them and the demand, over every set of sites cut off.
fn served_with_capacities(
    instance: &Instance,
    radius: u64,
    open: &[SiteIx],
    require_all: bool,
) -> Option<i128> {
    let reach = |site: SiteIx| instance.serves(site).filter(|p| p.1 <= radius).map(|p| p.0);
    let cuts = (0_u32..1 << open.len()).map(|set| {
        let mut cut = 0_i128;
        let mut counted = vec![false; instance.n_demand()];
        for (bit, &site) in open.iter().enumerate() {
            if set >> bit & 1 == 1 {
                cut += i128::from(instance.capacity(site).unwrap());
                continue;
            }
            for demand in reach(site) {
                if !std::mem::replace(&mut counted[demand.index()], true) {
                    cut += i128::from(instance.weight(demand));
                }
            }
        }
        cut
    });
    let served = cuts.min()?;
    let all = i128::try_from(instance.total_weight()).unwrap();
    (!require_all || served == all).then_some(served)
}
