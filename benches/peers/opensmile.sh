#!/usr/bin/env bash
# Sets up openSMILE beside Warmline and prints the command that `warmline bench mood --peers` talks to. Needs python3
# with venv (Debian: python3-venv). Its licence forbids commercial products: it is a yardstick, never part of the build.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=${XDG_CACHE_HOME:-$HOME/.cache}/warmline/peers/opensmile

if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import opensmile' 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check 'opensmile==2.6.0' 1>&2
fi

echo "$venv/bin/python $here/measure_with_opensmile.py"
