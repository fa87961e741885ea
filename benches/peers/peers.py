"""Times other programs on an exported network: python peers.py EXTRACT.osm.pbf FOLDER

FOLDER holds nodes.csv and arcs.csv of `export_network`. A program that is not installed, or that
fails, is named and left out; the others are still measured.
"""

import importlib.metadata
import pathlib
import platform
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


def tell(program, work, figure):
    print(f"{program:<28} {work:<58} {figure}", flush=True)


def version(name):
    return f"{name} {importlib.metadata.version(name)}"


def valhalla(extract, folder, nodes):
    import json

    import valhalla

    tiles = folder / "valhalla"
    # The configuration is refused when its folder does not exist.
    is_new = not tiles.exists()
    tiles.mkdir(exist_ok=True)
    config = valhalla.get_config(tile_extract="", tile_dir=str(tiles), verbose=False)
    path = folder / "valhalla.json"
    path.write_text(json.dumps(config))
    if is_new:
        start = time.perf_counter()
        subprocess.run(
            [valhalla.PYVALHALLA_DIR / "bin" / "valhalla_build_tiles", "-c", path, extract],
            check=True,
            capture_output=True,
        )
        tell(version("pyvalhalla"), "build tiles", f"{time.perf_counter() - start:.1f} s")
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
    tell(version("pyvalhalla"), "isochrone with polygon, median", f"{median_ms(circle, origins):.2f} ms")


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
    tell(version("osrm-bindings"), "table, a further row", f"{(many - few) / (N_ORIGINS - 20):.3f} ms")


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
    tell(version("pandana"), "count within 15 minutes of all nodes, wall time per node", f"{per_node:.1f} us")


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
    tell(version("routingkit-cch"), f"one to {N_DESTINATIONS}, median per row", f"{ms:.3f} ms")


def networkit(nodes, arcs):
    import networkit as nk

    graph = nk.Graph(len(nodes), weighted=True, directed=True)
    for tail, head, tenths in arcs.itertuples(index=False):
        graph.addEdge(tail, head, tenths)

    def search(node):
        nk.distance.Dijkstra(graph, int(node), storePaths=False).run()

    tell(version("networkit"), "Dijkstra to all nodes, median", f"{median_ms(search, spread(30, len(nodes))):.2f} ms")


def main():
    extract, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    nodes, arcs = pd.read_csv(folder / "nodes.csv"), pd.read_csv(folder / "arcs.csv")
    print(f"{extract.name}: {len(nodes)} nodes, {len(arcs)} arcs; {platform.processor()} {platform.platform()}, Python {platform.python_version()}")
    programs = [
        ("pyvalhalla", lambda: valhalla(extract, folder, nodes)),
        ("osrm-bindings", lambda: osrm(extract, folder, nodes)),
        ("pandana", lambda: pandana(nodes, arcs)),
        ("routingkit-cch", lambda: routingkit(nodes, arcs)),
        ("networkit", lambda: networkit(nodes, arcs)),
    ]
    for name, run in programs:
        try:
            run()
        except Exception as problem:  # one peer must not hide the others
            tell(name, "left out", f"{type(problem).__name__}: {problem}")


if __name__ == "__main__":
    main()
