#!/usr/bin/env bash
# Installs kmconfig into a virtual environment of its own, unless the cache has brought it, and puts it on the path.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")

if [[ ! -x $VENV/bin/kmconfig ]]; then
  python -m venv --clear "$VENV"
  if [[ -n $INPUT_VERSION ]]; then
    source="kmconfig==$INPUT_VERSION"
  else
    source=$(cd "$here/../.." && pwd)
  fi
  "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "$source"
fi
"$VENV/bin/kmconfig" --version
printf '%s\n' "$VENV/bin" >>"$GITHUB_PATH"
