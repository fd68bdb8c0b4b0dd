#!/usr/bin/env bash
# Compares one environment with its live target, and saves the plan for an apply that takes it verbatim.
set -euo pipefail
# shellcheck source=.github/action/reporting.sh
. "$(dirname "${BASH_SOURCE[0]}")/reporting.sh"

mapfile -t environments < <(words "$INPUT_ENVIRONMENTS")
mapfile -t arguments < <(lines "$INPUT_ARGS")
plan=${INPUT_PLAN_FILE:-$RUNNER_TEMP/kmconfig-plan.json}
text=$RUNNER_TEMP/kmconfig-plan.txt
code=0
# stdout stays the job's log, since kmconfig tells the runner there what to mask.
kmconfig plan --detailed-exitcode --save "$plan" --output "$text" "${arguments[@]}" -- "${environments[@]}" || code=$?
if [[ -s $text ]]; then
  show "$text"
  fenced "$text" >>"$GITHUB_STEP_SUMMARY"
fi
if [[ -s $plan ]] && ((code == 0 || code == 2)); then
  output plan-file "$plan"
  output plan-digest "$(jq --raw-output '.digest | strings | select(test("^[0-9A-Za-z:]+$"))' "$plan")"
  output changes "$(jq '.operations | length' "$plan")"
fi
finish "$code"
