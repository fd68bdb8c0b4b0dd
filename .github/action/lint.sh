#!/usr/bin/env bash
# Lints: annotations beside the lines, a SARIF file, and a table in the summary of the job. Offline.
set -euo pipefail
# shellcheck source=.github/action/reporting.sh
. "$(dirname "${BASH_SOURCE[0]}")/reporting.sh"

mapfile -t arguments < <(lines "$INPUT_ARGS")
sarif=${INPUT_SARIF:-$RUNNER_TEMP/kmconfig.sarif}
table=$RUNNER_TEMP/kmconfig-lint.md
code=0
kmconfig lint --format text --format github --format "sarif=$sarif" --format "markdown=$table" \
  "${arguments[@]}" || code=$?
if [[ -f $table ]]; then
  summary "$table"
fi
if [[ -f $sarif ]]; then
  output sarif-file "$sarif"
fi
finish "$code"
