#!/usr/bin/env bash
# Checks the inputs, and says where kmconfig will be installed and under which key that may be kept.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=.github/action/reporting.sh
. "$here/reporting.sh"

command=$INPUT_COMMAND
if [[ $command == diff ]]; then
  command=review
fi
case $command in
  lint | review | plan | apply | drift | install) ;;
  *) refuse 'the input "command" is one of lint, review, plan, apply, drift and install' ;;
esac

mapfile -t environments < <(words "$INPUT_ENVIRONMENTS")
case $command in
  plan | apply)
    if ((${#environments[@]} != 1)); then
      refuse "$command needs exactly one environment in the input \"environments\"; a matrix makes a job for each"
    fi
    ;;
  lint | review)
    if ((${#environments[@]})); then
      refuse "$command looks at all environments; leave the input \"environments\" out"
    fi
    ;;
esac

# A change under review names its own hosts and secrets: nothing of it is resolved, and nothing is connected to.
case ${GITHUB_EVENT_NAME:-} in
  pull_request*)
    mapfile -t arguments < <(lines "$INPUT_ARGS")
    case $command in
      plan | apply | drift) refuse "$command reads secrets and reaches servers, so it does not run for pull requests" ;;
    esac
    for argument in "${arguments[@]}"; do
      if [[ $argument == --online* ]]; then
        refuse '--online reaches the servers that a change names, so it does not run for pull requests'
      fi
    done
    ;;
esac

if [[ -n $INPUT_VERSION ]]; then
  if [[ ! $INPUT_VERSION =~ ^[0-9][0-9A-Za-z.+!_-]*$ ]]; then
    refuse 'the input "version" is a version such as 0.1.0'
  fi
  source=$INPUT_VERSION
else
  source=$(
    cd "$here/../.."
    find pyproject.toml README.md kmconfig schema -type f -not -name '*.pyc' -print0 | LC_ALL=C sort -z |
      xargs -0 sha256sum | sha256sum | cut -c 1-32
  )
fi
# The week is part of the key, so that fixed versions of the libraries arrive.
python=$(python -c 'import platform; print(platform.python_version())')
folder=$RUNNER_TEMP/kmconfig-venv
place=$(printf '%s' "$folder" | sha256sum | cut -c 1-8)
output command "$command"
output folder "$folder"
output key "kmconfig-$RUNNER_OS-$RUNNER_ARCH-$python-$place-$(date -u +%G-%V)-$source"
