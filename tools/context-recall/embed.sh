#!/bin/sh
# Starts embed.py with what it needs, which is installed once, into ~/.cache/fairlead/embedding
# (XDG_CACHE_HOME moves it). Its dependencies but numpy are not needed, and are left out.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
environment="${XDG_CACHE_HOME:-$HOME/.cache}/fairlead/embedding"
if ! cmp -s "$here/requirements.txt" "$environment/installed.txt"; then
  "${PYTHON:-python3}" -m venv --clear "$environment"
  "$environment/bin/pip" install --quiet --no-deps -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$environment/installed.txt"
fi
exec "$environment/bin/python" "$here/embed.py"
