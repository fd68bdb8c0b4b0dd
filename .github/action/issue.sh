#!/usr/bin/env bash
# Keeps one issue about drift: opened by the first run that finds some, changed in place, closed when all is clean.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=.github/action/reporting.sh
. "$here/reporting.sh"

marker='<!-- kmconfig-drift -->'
issues=repos/$GITHUB_REPOSITORY/issues
run=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID

author=$(jq --raw-output --null-input --arg author "$INPUT_AUTHOR" '$author | @uri')
number=$(
  gh api --paginate "$issues?state=open&creator=$author&per_page=100" |
    jq --raw-output --slurp --arg marker "$marker" \
      'add // [] | map(select(.pull_request == null and (.body // "" | startswith($marker))).number) | first // empty'
)

write_body() {
  local text=$RUNNER_TEMP/kmconfig-issue.txt
  # GitHub takes 65536 characters.
  jq --raw-output --from-file "$here/drift.jq" "$DRIFT_FILE" | jq --raw-input --slurp --raw-output '.[:60000]' >"$text"
  printf '%s\nLive email settings differ from what was applied. A plan shows what an apply would do about it.\n\n' "$marker"
  fenced "$text"
  printf '\nFound by %s\n' "$run"
}

if jq --exit-status 'any(.results[]; .result == "drift")' "$DRIFT_FILE" >/dev/null; then
  body=$RUNNER_TEMP/kmconfig-issue.md
  write_body >"$body"
  if [[ -n $number ]]; then
    gh api --silent --method PATCH "$issues/$number" --field "body=@$body"
  else
    gh api --silent --method POST "$issues" --raw-field "title=Email settings have drifted" --field "body=@$body"
  fi
elif [[ -n $number && $RESULT == clean ]]; then
  gh api --silent --method POST "$issues/$number/comments" --raw-field "body=No drift any more: $run"
  gh api --silent --method PATCH "$issues/$number" --raw-field state=closed --raw-field state_reason=completed
fi
