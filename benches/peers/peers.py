"""Times other programs beside ours: python peers.py EXTRACT.osm.pbf FOLDER PROGRAMS

FOLDER holds nodes.csv and arcs.csv of `export_network`, PROGRAMS our `nuanquan`, `measure` and
`import_figures`. Everything is measured in this one run; the table of ratios comes last. A program
that is not installed, or that fails, is named and left out; the others are still measured.
"""

import importlib.metadata
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import time

import numpy as np
import pandas as pd

LIMIT_TENTHS = 9_000
N_ORIGINS = 200
N_DESTINATIONS = 2_000


def spread(n, size, skip=0):
    """The same spread of nodes as `benches::spread_nodes`."""
    return np.array([(i * 15_485_863) % size for i in range(skip, skip + n)])


def median_ms(work, items):
    times = []
    for item in items:
        start = time.perf_counter()
        work(item)
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


# What was measured, by a short name: milliseconds, or MiB for memory.
FOUND = {}


def tell(program, work, figure, name=None, value=None):
    print(f"{program:<28} {work:<58} {figure}", flush=True)
    if name is not None:
        FOUND[name] = value


# A process counts the memory of the one it was forked from as its own, so programs are started by a
# small one.
STARTER = """
import os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(time.perf_counter() - start, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status))
"""


def run_measured(words):
    """Runs a program; seconds and the MiB it held at most."""
    starter = [sys.executable, "-I", "-S", "-c", STARTER, *map(str, words)]
    output = subprocess.run(starter, check=True, capture_output=True, text=True).stdout
    seconds, mib, code = output.split()
    if code != "0":
        raise RuntimeError(f"{words[0]} ended with {code}")
    return float(seconds), float(mib)


def version(name):
    return f"{name} {importlib.metadata.version(name)}"


def valhalla(extract, folder, nodes):
    import json

    import valhalla

    tiles = folder / "valhalla"
    # The configuration is refused when its folder does not exist.
    tiles.mkdir(exist_ok=True)
    config = valhalla.get_config(tile_extract="", tile_dir=str(tiles), verbose=False)
    path = folder / "valhalla.json"
    path.write_text(json.dumps(config))
    build = [valhalla.PYVALHALLA_DIR / "bin" / "valhalla_build_tiles", "-c", path, extract]
    runs = [run_measured(build) for _ in range(3)]
    seconds, mib = (statistics.median(column) for column in zip(*runs))
    tell(version("pyvalhalla"), "build tiles, median of 3", f"{seconds:.2f} s", "valhalla build", seconds * 1e3)
    tell(version("pyvalhalla"), "build tiles, memory", f"{mib:.0f} MiB", "valhalla memory", mib)
    actor = valhalla.Actor(str(path))

    def circle(node):
        actor.isochrone(
            {
                "locations": [{"lon": nodes.lng[node], "lat": nodes.lat[node]}],
                "costing": "bicycle",
                "costing_options": {"bicycle": {"cycling_speed": 20}},
                "contours": [{"time": 15}],
                "polygons": True,
            }
        )

    origins = spread(N_ORIGINS, len(nodes))
    ms = median_ms(circle, origins)
    tell(version("pyvalhalla"), "isochrone with polygon, median", f"{ms:.2f} ms", "valhalla isochrone", ms)


def osrm(extract, folder, nodes):
    import osrm

    base = folder / "osrm" / "network.osrm"
    profile = pathlib.Path(osrm.__file__).parent / "share" / "profiles" / "bicycle.lua"
    if not base.parent.exists():
        base.parent.mkdir()
        tools = [("extract", ["-p", profile, extract, "-o", base]), ("contract", [base])]
        for tool, words in tools:
            subprocess.run([sys.executable, "-m", "osrm", tool, *map(str, words)], check=True, capture_output=True)
    engine = osrm.OSRM(storage_config=str(base), algorithm="CH", use_shared_memory=False)
    at = [(float(nodes.lng[i]), float(nodes.lat[i])) for i in spread(N_ORIGINS + N_DESTINATIONS, len(nodes))]
    destinations = list(range(N_ORIGINS, N_ORIGINS + N_DESTINATIONS))

    def table(n):
        start = time.perf_counter()
        engine.Table(osrm.TableParameters(coordinates=at, sources=list(range(n)), destinations=destinations))
        return (time.perf_counter() - start) * 1e3

    table(1)
    few, many = min(table(20) for _ in range(3)), min(table(N_ORIGINS) for _ in range(3))
    tell(version("osrm-bindings"), f"table {N_ORIGINS} x {N_DESTINATIONS}, per row", f"{many / N_ORIGINS:.3f} ms")
    ms = (many - few) / (N_ORIGINS - 20)
    tell(version("osrm-bindings"), "table, a further row", f"{ms:.3f} ms", "osrm row", ms)


def pandana(nodes, arcs):
    import pandana

    start = time.perf_counter()
    network = pandana.Network(
        nodes.lng, nodes.lat, arcs["tail"], arcs["head"], arcs[["tenths"]].astype(float), twoway=False
    )
    tell(version("pandana"), "prepare", f"{time.perf_counter() - start:.2f} s")
    network.set(nodes.index.to_series(), variable=pd.Series(1.0, index=nodes.index), name="one")
    start = time.perf_counter()
    network.aggregate(LIMIT_TENTHS, type="count", decay="flat", name="one")
    per_node = (time.perf_counter() - start) * 1e6 / len(nodes)
    work = "count within 15 minutes of all nodes, wall time per node"
    tell(version("pandana"), work, f"{per_node:.1f} us", "pandana count", per_node / 1e3)


def routingkit(nodes, arcs):
    import routingkit_cch as kit

    tail, head = arcs["tail"].tolist(), arcs["head"].tolist()
    start = time.perf_counter()
    order = kit.compute_order_inertial(len(nodes), tail, head, nodes.lat.tolist(), nodes.lng.tolist())
    tell(version("routingkit-cch"), "order", f"{time.perf_counter() - start:.2f} s")
    cch = kit.CCH(order, tail, head, False)
    start = time.perf_counter()
    metric = kit.CCHMetric(cch, arcs["tenths"].tolist())
    tell(version("routingkit-cch"), "customise", f"{(time.perf_counter() - start) * 1e3:.0f} ms")
    query = kit.CCHOneToMany(metric, spread(N_DESTINATIONS, len(nodes), skip=50_000).tolist())
    ms = median_ms(lambda node: query.distances_from(int(node)), spread(N_ORIGINS, len(nodes)))
    tell(version("routingkit-cch"), f"one to {N_DESTINATIONS}, median per row", f"{ms:.3f} ms", "routingkit row", ms)


def networkit(nodes, arcs):
    import networkit as nk

    graph = nk.Graph(len(nodes), weighted=True, directed=True)
    for tail, head, tenths in arcs.itertuples(index=False):
        graph.addEdge(tail, head, tenths)

    def search(node):
        nk.distance.Dijkstra(graph, int(node), storePaths=False).run()

    tell(version("networkit"), "Dijkstra to all nodes, median", f"{median_ms(search, spread(30, len(nodes))):.2f} ms")


def ours(extract, folder, programs, nodes):
    """Our import, our table of loops on one and on two threads, and `nuanquan matrix`."""
    runs = []
    for _ in range(5):
        words = [programs / "nuanquan", "import", extract, "--output", folder / "ours.nqg"]
        runs.append(run_measured(words))
    seconds, mib = (statistics.median(column) for column in zip(*runs))
    tell("nuanquan", "import, file written, median of 5", f"{seconds:.3f} s", "import", seconds * 1e3)
    tell("nuanquan", "import, memory", f"{mib:.0f} MiB", "import memory", mib)
    for profile in ("flat", "rider"):
        for threads in (1, 2):
            words = [programs / "measure", extract, *([profile] if profile == "rider" else []), str(threads)]
            text = subprocess.run(words, check=True, capture_output=True, text=True).stdout
            (folder / f"ours-{profile}-{threads}.txt").write_text(text)
            for line in text.splitlines():
                found = re.match(r"(.*?)\s{2,}([0-9.]+) (ms|us)$", line)
                if found:
                    work, value, unit = found.groups()
                    value = float(value) / (1 if unit == "ms" else 1e3)
                    threaded = f"{work}, {profile}, {threads} thread{'s'[: threads - 1]}"
                    tell("nuanquan", threaded, f"{found[2]} {unit}", f"{work} {profile} {threads}", value)
                elif " % in the median" in line:
                    tell("nuanquan", f"{profile}, {threads}", line)

    def positions(name, numbers):
        path = folder / name
        at = nodes.iloc[numbers]
        pd.DataFrame({"id": numbers, "lng": at["lng"], "lat": at["lat"]}).to_csv(path, index=False)
        return path

    destinations = positions("destinations.csv", spread(N_DESTINATIONS, len(nodes), skip=50_000))

    def matrix(n):
        origins = positions(f"origins-{n}.csv", spread(n, len(nodes)))
        words = [programs / "nuanquan", "matrix", folder / "ours.nqg", "--limit", "15min"]
        words += ["--origins", origins, "--destinations", destinations]
        return min(run_measured(words)[0] for _ in range(3)) * 1e3

    # Both are batches, so that their preparation cancels out.
    ms = (matrix(20_000) - matrix(4_000)) / 16_000
    tell("nuanquan", "matrix with its CSV, a further row (rider)", f"{ms:.4f} ms", "matrix row", ms)


# (what, peer's figure, our figure, how many times better it must be); `*` stands for a profile: peers
# run at 20 km/h, as `flat` does.
RATIOS = [
    ("import beside Valhalla's tile build", "valhalla build", "import", 8),
    ("memory of the import beside Valhalla's", "valhalla memory", "import memory", 3),
    ("one isochrone, times only", "valhalla isochrone", "circle, times only * 1", 150),
    (
        "one isochrone with polygon and both errors",
        "valhalla isochrone",
        "isochrone as outline with both errors * 1",
        10,
    ),
    ("one isochrone with polygon, no errors", "valhalla isochrone", "isochrone as outline without errors * 1", 25),
    ("count of all nodes", "pandana count", "count of nodes within the limit, per node * 2", 60),
    ("a further row, OSRM", "osrm row", "row to 2000 places, per row * 1", 100),
    ("a further row, RoutingKit", "routingkit row", "row to 2000 places, per row * 1", 100),
    ("a further row of `nuanquan matrix`, OSRM", "osrm row", "matrix row", 40),
    ("a further row of `nuanquan matrix`, RoutingKit", "routingkit row", "matrix row", 40),
]


def ratios():
    print("\n| what | profile | peer | ours | ratio | bar |\n|---|---|---|---|---|---|")
    for profile in ("flat", "rider"):
        for what, peer, own, bar in RATIOS:
            # What knows no profile of ours is told once: imports, and the matrix of the rider.
            told_with = profile if "*" in own else ("rider" if "matrix" in own else "flat")
            own = own.replace("*", profile)
            if profile == told_with and peer in FOUND and own in FOUND:
                unit = "MiB" if "memory" in peer else "ms"
                ratio = FOUND[peer] / FOUND[own]
                print(f"| {what} | {profile} | {FOUND[peer]:.3f} {unit} | {FOUND[own]:.4f} {unit} | {ratio:.1f} | {bar} |")


def main():
    extract, folder, programs = map(pathlib.Path, sys.argv[1:4])
    nodes, arcs = pd.read_csv(folder / "nodes.csv"), pd.read_csv(folder / "arcs.csv")
    print(f"{extract.name}: {len(nodes)} nodes, {len(arcs)} arcs; {platform.platform()}, Python {platform.python_version()}")
    works = [
        ("nuanquan", lambda: ours(extract, folder, programs, nodes)),
        ("pyvalhalla", lambda: valhalla(extract, folder, nodes)),
        ("osrm-bindings", lambda: osrm(extract, folder, nodes)),
        ("pandana", lambda: pandana(nodes, arcs)),
        ("routingkit-cch", lambda: routingkit(nodes, arcs)),
        ("networkit", lambda: networkit(nodes, arcs)),
    ]
    for name, run in works:
        try:
            run()
        except Exception as problem:  # one peer must not hide the others
            tell(name, "left out", f"{type(problem).__name__}: {problem}")
    ratios()


if __name__ == "__main__":
    main()
