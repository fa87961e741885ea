//! The independent check believes what is proven and nothing else.

use siting::{
    BoundCheck, Certificate, CertificateNode, Effort, Instance, InstanceBuilder, Proof, Question,
    VerifyError, solve, verify,
};

use crate::town::Town;

fn town() -> Instance {
    Town {
        n_demand: 400,
        n_sites: 120,
        side: 5_000,
        listed_within: 900,
        seed: 3,
    }
    .build()
}

fn proof(instance: &Instance) -> Proof {
    let question = Question {
        n_sites: Some(6),
        ..Question::mclp(900)
    };
    solve(instance, &question, &Effort::exact())
        .unwrap()
        .proof()
}

/// Why a proof is not believed once its certificate is changed.
fn refused(instance: &Instance, honest: &Proof, change: &dyn Fn(&mut Certificate)) -> VerifyError {
    let mut other = honest.clone();
    change(other.certificate.as_mut().unwrap());
    verify(instance, &other).unwrap_err()
}

fn without_cuts(certificate: &mut Certificate) {
    for multipliers in &mut certificate.multipliers {
        multipliers.cut.clear();
    }
}

#[test]
fn a_proven_optimum_is_believed() {
    let instance = town();
    let proof = proof(&instance);
    assert_eq!(proof.objective, proof.bound);
    let verified = verify(&instance, &proof).unwrap();
    assert_eq!(verified.objective, proof.objective);
    assert_eq!(verified.bound, BoundCheck::Confirmed);
}

/// Larger towns, where cuts are violated and the tree branches, so that every part of a proof is needed.
#[test]
fn proofs_with_cuts_and_branches_are_believed_and_worth_nothing_without_their_cuts() {
    let (mut n_cuts, mut n_branches, mut n_refused) = (0, 0, 0);
    for seed in 0..4 {
        let instance = Town {
            n_demand: 700,
            n_sites: 350,
            side: 5_000,
            listed_within: 500,
            seed,
        }
        .build();
        let mclp = Question {
            n_sites: Some(14),
            ..Question::mclp(500)
        };
        for question in [mclp, Question::lscp(500)] {
            let solution = solve(&instance, &question, &Effort::exact()).unwrap();
            let proof = solution.proof();
            let verified = verify(&instance, &proof).unwrap();
            assert_eq!(verified.bound, BoundCheck::Confirmed, "seed {seed}");
            assert_eq!(proof.objective, proof.bound, "seed {seed}: {question:?}");
            let certificate = proof.certificate.clone().unwrap();
            let priced = certificate.multipliers.iter().any(|m| m.cut != [0; 0]);
            n_cuts += certificate.cuts.len();
            n_branches += certificate.tree.len() - 1;
            if !priced {
                continue;
            }
            let mut bare = proof;
            without_cuts(bare.certificate.as_mut().unwrap());
            n_refused += usize::from(verify(&instance, &bare).is_err());
        }
    }
    assert!(
        n_cuts > 0 && n_branches > 0 && n_refused > 0,
        "{n_cuts} cuts, {n_branches} branches, {n_refused} refused"
    );
}

#[test]
fn a_result_without_a_certificate_has_its_bound_not_checked() {
    let instance = town();
    let proof = Proof {
        certificate: None,
        ..proof(&instance)
    };
    assert_eq!(
        verify(&instance, &proof).unwrap().bound,
        BoundCheck::NotChecked
    );
}

#[test]
fn what_was_changed_afterwards_is_not_believed() {
    let instance = town();
    let honest = proof(&instance);

    let mut other = honest.clone();
    other.objective += 1;
    assert!(matches!(
        verify(&instance, &other),
        Err(VerifyError::WrongObjective { .. })
    ));

    let mut other = honest.clone();
    other.bound -= 1;
    assert!(matches!(
        verify(&instance, &other),
        Err(VerifyError::BoundNotProven { .. })
    ));

    let mut other = honest.clone();
    other.question.n_sites = Some(7);
    assert!(matches!(
        verify(&instance, &other),
        Err(VerifyError::OtherQuestion)
    ));

    let mut other = honest.clone();
    other.new_sites.pop();
    assert!(matches!(
        verify(&instance, &other),
        Err(VerifyError::WrongObjective { .. })
    ));

    let mut other = honest.clone();
    other.new_sites.extend(instance.sites().take(20));
    assert!(matches!(
        verify(&instance, &other),
        Err(VerifyError::BrokenRule(_))
    ));

    let heavier = Town {
        n_demand: 400,
        n_sites: 120,
        side: 5_000,
        listed_within: 901,
        seed: 3,
    };
    assert!(matches!(
        verify(&heavier.build(), &honest),
        Err(VerifyError::OtherInstance { .. })
    ));
}

#[test]
fn a_tree_that_leaves_a_node_out_is_no_proof() {
    let instance = town();
    let honest = proof(&instance);
    let certificate = honest.certificate.clone().unwrap();

    let mut cut = honest.clone();
    cut.certificate.as_mut().unwrap().tree.pop();
    assert!(matches!(
        verify(&instance, &cut),
        Err(VerifyError::BadCertificate { .. })
    ));

    // A node that leaves a choice may not call itself a single answer.
    let mut lazy = honest.clone();
    lazy.certificate.as_mut().unwrap().tree = vec![CertificateNode::Single];
    assert!(matches!(
        verify(&instance, &lazy),
        Err(VerifyError::BadCertificate { .. })
    ));

    // Multipliers of nothing prove nothing.
    let mut empty = honest;
    for multipliers in &mut empty.certificate.as_mut().unwrap().multipliers {
        multipliers.demand.fill(0);
    }
    assert!(!certificate.multipliers.is_empty());
    assert!(matches!(
        verify(&instance, &empty),
        Err(VerifyError::BoundNotProven { .. })
    ));
}

#[test]
fn a_site_left_out_without_reason_is_no_proof() {
    let instance = town();
    let mut proof = proof(&instance);
    let open = proof.new_sites[0];
    let other = instance
        .sites()
        .find(|s| !proof.new_sites.contains(s))
        .unwrap();
    let dropped = siting::Dropped::Site(open, other);
    proof.certificate.as_mut().unwrap().dropped.push(dropped);
    assert!(matches!(
        verify(&instance, &proof),
        Err(VerifyError::BadCertificate { .. })
    ));
}

/// Two triangles: each site stands between two demand points and covers both.
fn triangles() -> Instance {
    let mut builder = InstanceBuilder::new();
    let one = || "10".parse().unwrap();
    for side in ["left", "right"] {
        for corner in 0..3 {
            builder.demand(&format!("{side} {corner}"), one());
            for end in [corner, (corner + 1) % 3] {
                let site = format!("{side} between {corner}");
                builder.pair(&site, &format!("{side} {end}"), one());
            }
        }
    }
    builder.build().unwrap()
}

#[test]
fn cuts_prove_what_the_linear_relaxation_cannot() {
    // Half of each site covers all six demand points with three sites; in truth five is the most.
    let instance = triangles();
    let question = Question {
        n_sites: Some(3),
        ..Question::mclp(10)
    };
    let honest = solve(&instance, &question, &Effort::exact())
        .unwrap()
        .proof();
    assert_eq!((honest.objective, honest.bound), (50, 50));
    let certificate = honest.certificate.as_ref().unwrap();
    assert_eq!(certificate.cuts.len(), 2);
    let verified = verify(&instance, &honest).unwrap();
    assert_eq!(verified.bound, BoundCheck::Confirmed);

    let refused = |change: &dyn Fn(&mut Certificate)| refused(&instance, &honest, change);
    // Without them the multipliers prove less.
    let without = refused(&without_cuts);
    assert!(matches!(without, VerifyError::BoundNotProven { .. }));
    // A condition on one demand point three times would not hold.
    let twice = refused(&|c| c.cuts[0] = [c.cuts[0][0]; 3]);
    assert!(matches!(twice, VerifyError::BadCertificate { .. }));
    let negative = refused(&|c| c.multipliers[0].cut[0] = -1);
    assert!(matches!(negative, VerifyError::BadCertificate { .. }));
}

#[test]
fn cuts_prove_covers_with_capacities_too() {
    // Half of each site covers everything with three sites; in truth it takes four, however much each can serve.
    let mut builder = InstanceBuilder::new();
    let ten = || "10".parse().unwrap();
    for side in ["left", "right"] {
        for corner in 0..3 {
            builder.demand(&format!("{side} {corner}"), ten());
            let site = format!("{side} between {corner}");
            builder.capacity(&site, "25".parse().unwrap());
            for end in [corner, (corner + 1) % 3] {
                builder.pair(&site, &format!("{side} {end}"), ten());
            }
        }
    }
    builder.demand("nobody lives here", "0".parse().unwrap());
    builder.pair("left between 0", "nobody lives here", ten());
    let instance = builder.build().unwrap();
    let honest = solve(&instance, &Question::lscp(10), &Effort::exact())
        .unwrap()
        .proof();
    assert_eq!((honest.objective, honest.bound), (4, 4));
    let certificate = honest.certificate.as_ref().unwrap();
    assert!((1..=2).contains(&certificate.cuts.len()));
    assert_eq!(certificate.tree, [CertificateNode::Leaf(0)]);
    let verified = verify(&instance, &honest).unwrap();
    assert_eq!(verified.bound, BoundCheck::Confirmed);

    let refused = |change: &dyn Fn(&mut Certificate)| refused(&instance, &honest, change);
    let without = refused(&without_cuts);
    assert!(matches!(without, VerifyError::BoundNotProven { .. }));
    // Demand without weight need not be served.
    let mut demand = instance.demand_points();
    let idle = demand.find(|&d| instance.weight(d) == 0).unwrap();
    let weightless = refused(&|c| {
        c.cuts[0][0] = idle;
        c.cuts[0].sort_unstable();
    });
    assert!(matches!(weightless, VerifyError::BadCertificate { .. }));
}
