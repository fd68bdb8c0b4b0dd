#!/usr/bin/env bash
# Keeps one comment on the pull request: the first run writes it, later ones change it in place.
# Where the job may not write, as for a fork, the summary of the job already says the same.
set -euo pipefail
# shellcheck source=.github/action/reporting.sh
. "$(dirname "${BASH_SOURCE[0]}")/reporting.sh"

marker='<!-- kmconfig-diff -->'

number=$(jq --raw-output '.pull_request.number // empty' "$GITHUB_EVENT_PATH")
if [[ -z $number ]]; then
  notice notice 'this is no pull request, so the review stands in the summary of the job'
  exit 0
fi
head=$(jq --raw-output '.pull_request.head.repo.full_name // empty' "$GITHUB_EVENT_PATH")
if [[ $head != "$GITHUB_REPOSITORY" || -z ${GH_TOKEN:-} ]]; then
  notice notice 'this job may not comment, so the review stands in the summary of the job'
  exit 0
fi

# Only what this job's own account has written is changed: anybody can write the marker.
existing() {
  gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$number/comments?per_page=100" |
    jq --raw-output --slurp --arg marker "$marker" --arg author "$INPUT_AUTHOR" \
      'add // [] | map(select(.user.login == $author and (.body // "" | startswith($marker))).id) | first // empty'
}

keep() {
  local id
  id=$(existing) || return
  if [[ -n $id ]]; then
    gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$REVIEW_FILE"
  elif [[ $RESULT != clean ]]; then
    gh api --silent --method POST "repos/$GITHUB_REPOSITORY/issues/$number/comments" --field "body=@$REVIEW_FILE"
  fi
}

if ! keep; then
  notice warning 'the comment could not be written (it needs "pull-requests: write"); the summary of the job has it'
fi
