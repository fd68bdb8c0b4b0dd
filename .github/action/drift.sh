#!/usr/bin/env bash
# Compares live targets with what was applied: in the log, in the summary of the job, and in a file for the issue.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=.github/action/reporting.sh
. "$here/reporting.sh"

mapfile -t environments < <(words "$INPUT_ENVIRONMENTS")
mapfile -t arguments < <(lines "$INPUT_ARGS")
document=$RUNNER_TEMP/kmconfig-drift.json
text=$RUNNER_TEMP/kmconfig-drift.txt
if ((!${#environments[@]})); then
  arguments+=(--all)
fi
code=0
kmconfig drift --format json --output "$document" "${arguments[@]}" -- "${environments[@]}" || code=$?
if [[ -s $document ]]; then
  jq --raw-output --from-file "$here/drift.jq" "$document" >"$text"
  show "$text"
  fenced "$text" >>"$GITHUB_STEP_SUMMARY"
  output drift-file "$document"
  output changes "$(jq '[.results[].differences[] | select(.ignored == null)] | length' "$document")"
fi
finish "$code"
