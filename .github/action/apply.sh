#!/usr/bin/env bash
# Applies a saved plan, verbatim or not at all, and proves it with one test message.
set -euo pipefail
# shellcheck source=.github/action/reporting.sh
. "$(dirname "${BASH_SOURCE[0]}")/reporting.sh"

mapfile -t environments < <(words "$INPUT_ENVIRONMENTS")
mapfile -t arguments < <(lines "$INPUT_ARGS")
plan=${INPUT_PLAN_FILE:-$RUNNER_TEMP/kmconfig-plan.json}
receipt=$RUNNER_TEMP/kmconfig-receipt.json
if [[ ! -f $plan ]]; then
  refuse 'there is no plan: the input "plan-file" names the one that was saved'
fi
if [[ -n $INPUT_PLAN_DIGEST && $(jq --raw-output .digest "$plan") != "$INPUT_PLAN_DIGEST" ]]; then
  notice error 'this is not the plan that was made before: its digest is another one'
  finish 3
fi
code=0
kmconfig apply --plan "$plan" --yes --format json --output "$receipt" "${arguments[@]}" \
  -- "${environments[@]}" || code=$?
output plan-digest "$(jq --raw-output '.digest | strings | select(test("^[0-9A-Za-z:]+$"))' "$plan")"
output changes "$(jq '.operations | length' "$plan")"
result=$(result_of "$code")
if [[ -s $receipt ]]; then
  output receipt-file "$receipt"
  if ((code == 0)); then
    result=$(jq --raw-output '.results[0].result | strings | select(test("^[a-z_]+$"))' "$receipt")
  fi
fi
output exit-code "$code"
output result "$result"
printf 'kmconfig apply: **%s**, exit code %s\n' "${result//_/ }" "$code" >>"$GITHUB_STEP_SUMMARY"
exit "$code"
