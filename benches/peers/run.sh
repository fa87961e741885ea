#!/usr/bin/env bash
# Other programs on the network and the points that `measure` uses.
#   peers/run.sh EXTRACT.osm.pbf FOLDER
# FOLDER takes the Python environment, the exported network and the table.
set -euo pipefail
if [ $# -ne 2 ]; then
    echo "usage: peers/run.sh EXTRACT.osm.pbf FOLDER" >&2
    exit 2
fi
extract=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
cd "$(dirname "$0")"

# The wheels need Python 3.12 or newer.
python=""
for name in python3.14 python3.13 python3.12 "$HOME"/.pyenv/versions/3.1[2-9]*/bin/python3; do
    if command -v "$name" >/dev/null &&
        "$name" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    echo "the wheels of the peers need Python 3.12 or newer; install it (for example: pyenv install 3.13)" >&2
    exit 2
fi
if [ ! -x "$folder/venv/bin/python" ]; then
    "$python" -m venv "$folder/venv"
fi
"$folder/venv/bin/pip" install --quiet --requirement requirements.txt
cargo run --release --quiet --package benches --bin export_network -- "$extract" "$folder"
cargo run --release --quiet --package benches --bin measure -- "$extract" 1 | tee "$folder/ours-1.txt"
cargo run --release --quiet --package benches --bin measure -- "$extract" 2 | tee "$folder/ours-2.txt"
"$folder/venv/bin/python" peers.py "$extract" "$folder" | tee "$folder/peers.txt"
