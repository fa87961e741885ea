"""Times solvers beside ours on one seeded instance: python siting.py FOLDER PROGRAMS

A clustered town is made from a seed: demand around a few centres, sites among it, straight distances
within a radius. The same two tables go to `nuanquan site` (the whole program, tables read and answer
written), to spopt with CBC and to HiGHS, which get the matrix in memory. Ours is checked with
`nuanquan site verify`, and no answer may pass another's bound.
"""

import importlib.metadata
import json
import pathlib
import platform
import subprocess
import sys
import time

import numpy as np

SEED = 7
N_DEMAND = 2_000
N_SITES = 1_000
N_NEW = 25
RADIUS_M = 900
SIDE_M = 12_000
TIME_LIMIT_S = 60


def town():
    """Positions of demand and sites in metres, and whole weights from 1 to 100."""
    rng = np.random.default_rng(SEED)
    centers = rng.uniform(0, SIDE_M, (30, 2))
    spread = rng.uniform(200, 1_200, 30)

    def around(n):
        chosen = rng.integers(0, len(centers), n)
        return rng.normal(centers[chosen], spread[chosen][:, None]).clip(0, SIDE_M)

    demand, sites = around(N_DEMAND), around(N_SITES)
    return demand, sites, rng.integers(1, 101, N_DEMAND)


def distances(demand, sites):
    """Whole metres, one row for each demand point."""
    return np.rint(np.hypot(*(demand[:, None] - sites[None, :]).transpose(2, 0, 1))).astype(int)


def write_tables(folder, meters, weights):
    costs, demand = folder / "costs.csv", folder / "demand.csv"
    points, sites = np.nonzero(meters <= RADIUS_M)
    with costs.open("w") as file:
        file.write("site_id,demand_id,cost\n")
        for point, site in zip(points, sites):
            file.write(f"s{site},d{point},{meters[point, site]}\n")
    with demand.open("w") as file:
        file.write("demand_id,weight\n")
        for point, weight in enumerate(weights):
            file.write(f"d{point},{weight}\n")
    return costs, demand, len(points)


def covered(meters, weights, sites):
    return int(weights[(meters[:, sites] <= RADIUS_M).any(axis=1)].sum())


ROWS = []


def tell(program, how, seconds, objective, bound, remark=""):
    open_percent = (bound - objective) / bound * 100 if bound else float("nan")
    ROWS.append((program, how, seconds, objective, bound))
    print(
        f"{program:<22} {how:<34} {seconds:8.3f} s  covers {objective:>8}  bound {bound:>10.1f}"
        f"  open {open_percent:6.3f} %  {remark}",
        flush=True,
    )


def ours(programs, tables, meters, weights, more, how):
    costs, demand = tables
    command = [
        str(programs / "nuanquan"), "site", "--costs", str(costs), "--demand", str(demand),
        "--model", "mclp", "--radius", str(RADIUS_M), "--sites", str(N_NEW), "--format", "json",
        *more,
    ]
    start = time.perf_counter()
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    seconds = time.perf_counter() - start
    result = json.loads(answer)
    chosen = [int(site[1:]) for site in result["sites"]]
    recounted = covered(meters, weights, chosen)
    if recounted != int(result["objective"]):
        sys.exit(f"ours says {result['objective']}, its sites cover {recounted}")
    path = costs.with_name("result.json")
    path.write_text(answer)
    verify = subprocess.run(
        [str(programs / "nuanquan"), "site", "verify", str(path), "--costs", str(costs),
         "--demand", str(demand)],
        capture_output=True, text=True,
    )
    if verify.returncode != 0:
        sys.exit(f"`site verify` does not confirm ours:\n{verify.stdout}{verify.stderr}")
    tell("nuanquan", how, seconds, recounted, float(result["bound"]), "verified")


def spopt_with_cbc(meters, weights):
    import pulp
    from spopt.locate import MCLP

    start = time.perf_counter()
    model = MCLP.from_cost_matrix(meters, weights, RADIUS_M, p_facilities=N_NEW)
    built = time.perf_counter() - start
    model = model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=TIME_LIMIT_S), results=False)
    seconds = time.perf_counter() - start
    chosen = [i for i, variable in enumerate(model.fac_vars) if variable.value() > 0.5]
    found = covered(meters, weights, chosen)
    is_proven = model.problem.status == pulp.LpStatusOptimal and seconds < TIME_LIMIT_S
    remark = f"{built:.1f} s of it building the model"
    tell("spopt with CBC", "from a matrix in memory", seconds, found,
         float(found) if is_proven else float(weights.sum()), remark)


def highs(meters, weights):
    import highspy

    start = time.perf_counter()
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("time_limit", float(TIME_LIMIT_S))
    solver.setOptionValue("mip_rel_gap", 0.0)
    n_points, n_sites = meters.shape
    # Columns: sites, then points; a point counts when one of its sites is built.
    model = highspy.HighsLp()
    model.num_col_ = n_sites + n_points
    model.num_row_ = n_points + 1
    model.col_cost_ = np.concatenate([np.zeros(n_sites), weights]).astype(float)
    model.col_lower_ = np.zeros(model.num_col_)
    model.col_upper_ = np.ones(model.num_col_)
    model.sense_ = highspy.ObjSense.kMaximize
    kinds = [highspy.HighsVarType.kInteger] * n_sites
    model.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * n_points
    model.row_lower_ = np.concatenate([np.zeros(n_points), [0.0]])
    model.row_upper_ = np.concatenate([np.full(n_points, highspy.kHighsInf), [float(N_NEW)]])
    starts, index, value = [0], [], []
    for point in range(n_points):
        sites = np.nonzero(meters[point] <= RADIUS_M)[0]
        index.extend([*sites, n_sites + point])
        value.extend([1.0] * len(sites) + [-1.0])
        starts.append(len(index))
    index.extend(range(n_sites))
    value.extend([1.0] * n_sites)
    starts.append(len(index))
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.array(starts)
    model.a_matrix_.index_ = np.array(index)
    model.a_matrix_.value_ = np.array(value)
    solver.passModel(model)
    solver.run()
    seconds = time.perf_counter() - start
    info, solution = solver.getInfo(), solver.getSolution().col_value
    chosen = [site for site in range(n_sites) if solution[site] > 0.5]
    tell("HiGHS", "from a matrix in memory", seconds, covered(meters, weights, chosen),
         info.mip_dual_bound)


def main():
    folder, programs = map(pathlib.Path, sys.argv[1:3])
    folder.mkdir(parents=True, exist_ok=True)
    demand, sites, weights = town()
    meters = distances(demand, sites)
    costs, table, n_pairs = write_tables(folder, meters, weights)
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, "
          f"spopt {importlib.metadata.version('spopt')}, "
          f"PuLP {importlib.metadata.version('pulp')}, "
          f"HiGHS {importlib.metadata.version('highspy')}")
    print(f"town: {N_DEMAND} demand points of {weights.sum()} together, {N_SITES} sites, {n_pairs} "
          f"pairs within {RADIUS_M} m, {N_NEW} sites to choose, limit {TIME_LIMIT_S} s", flush=True)
    tables = (costs, table)
    ours(programs, tables, meters, weights, [], "whole program, as it comes")
    limit = ["--exact", "--time-limit", f"{TIME_LIMIT_S}s"]
    ours(programs, tables, meters, weights, limit, "whole program, --exact")
    for peer in (spopt_with_cbc, highs):
        try:
            peer(meters, weights)
        except Exception as error:  # a peer that fails is named, the others are still measured
            print(f"{peer.__name__}: {error}", flush=True)
    best, least = max(row[3] for row in ROWS), min(row[4] for row in ROWS)
    if best > least + 1e-6 * least:
        sys.exit(f"{best} are covered, but a bound says {least}")
    first = ROWS[0]
    print("\n| solver | how | time | against ours as it comes | covered | bound |")
    print("|---|---|---|---|---|---|")
    for program, how, seconds, objective, bound in ROWS:
        print(f"| {program} | {how} | {seconds:.3f} s | {seconds / first[2]:.1f} | {objective} | "
              f"{bound:.1f} |")


if __name__ == "__main__":
    main()
