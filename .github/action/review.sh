#!/usr/bin/env bash
# Says what a change means, as Markdown: in the summary of the job, and in a file for the comment.
set -euo pipefail
# shellcheck source=.github/action/reporting.sh
. "$(dirname "${BASH_SOURCE[0]}")/reporting.sh"

mapfile -t arguments < <(lines "$INPUT_ARGS")
review=$RUNNER_TEMP/kmconfig-review.md
code=0
kmconfig diff --detailed-exitcode --format markdown --output "$review" "${arguments[@]}" || code=$?
if [[ -s $review ]]; then
  summary "$review"
  output review-file "$review"
fi
finish "$code"
