# shellcheck shell=bash
# How the action's scripts speak to the runner. Text from files and servers is hostile: it may neither give the runner
# commands nor end the fence that it stands in.

# output NAME VALUE: set an output of the step. Values are words of ours, never text from files.
output() {
  if [[ $2 == *[$'\r\n']* ]]; then
    refuse "the output $1 would have several lines"
  fi
  printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

# notice LEVEL TEXT: an annotation; TEXT is ours.
notice() {
  printf '::%s title=kmconfig::%s\n' "$1" "$2"
}

# refuse TEXT: end as kmconfig does with a wrong call.
refuse() {
  notice error "$1"
  exit 64
}

# show FILE: print a file to the log while the runner takes no commands.
show() {
  local token
  token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '::stop-commands::%s\n' "$token"
  cat -- "$1"
  printf '\n::%s::\n' "$token"
}

# fenced FILE: a file as a block of code in Markdown.
fenced() {
  local fence='```'
  while grep -qF -- "$fence" "$1"; do
    fence+='`'
  done
  printf '%stext\n' "$fence"
  cat -- "$1"
  printf '\n%s\n' "$fence"
}

# summary FILE: add Markdown to the summary of the job.
summary() {
  cat -- "$1" >>"$GITHUB_STEP_SUMMARY"
}

# words TEXT: what stands between blanks, commas and line ends, one a line. Nothing is expanded.
words() {
  tr -s ' \t\r,' '\n' <<<"$1" | sed '/^$/d'
}

# lines TEXT: the lines that are not empty.
lines() {
  tr -d '\r' <<<"$1" | sed '/^$/d'
}

# result_of CODE: the word for an exit code of kmconfig.
result_of() {
  case $1 in
    0) echo clean ;;
    1) echo failed ;;
    2) echo changes ;;
    3) echo refused ;;
    4) echo locked ;;
    5) echo unchecked ;;
    6) echo rolled_back ;;
    7) echo unknown ;;
    *) echo error ;;
  esac
}

# finish CODE: set `result` and `exit-code`, and end; pending changes are no failure of the job.
finish() {
  output exit-code "$1"
  output result "$(result_of "$1")"
  if (($1 == 2)); then
    exit 0
  fi
  exit "$1"
}
