#!/bin/sh
# Python's clients, unmodified, against a Fairlead on this machine: npm run test:python.
# They are installed once, into ~/.cache/fairlead/python (XDG_CACHE_HOME moves it). An argument names
# the clients that are wanted, such as openai.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
environment="${XDG_CACHE_HOME:-$HOME/.cache}/fairlead/python"
installed="$environment/installed.txt"
if ! cmp -s "$here/requirements.txt" "$installed"; then
  "${PYTHON:-python3}" -m venv --clear "$environment"
  # uv resolves in seconds what costs pip many minutes.
  "$environment/bin/pip" install --quiet uv
  "$environment/bin/uv" pip install --quiet --python "$environment/bin/python" \
    -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$installed"
fi
cd "$here/../.."
exec tools/run node --conditions=source test/python/run.program.ts "$environment/bin/python" "$@"
