"""What runs on the other machine: POSIX shell with the usual small tools of GNU or BusyBox.

Each script gets what it works on as arguments, and content on its standard input. ``$0`` is a mark that it prints
first, so that whatever a login prints before can be told from an answer. None has a backslash before a quote or
another backslash, since not every login shell takes those alike. Files are written by ``cat``, which says why it could
not: the shell's own ``echo`` only knows of an I/O error.
"""

from __future__ import annotations

ABSENT = 44
HELD = 45
LOST = 46
GONE = 47

_BEGIN = """\
LC_ALL=C TZ=UTC
export LC_ALL TZ
umask 077
echo "$0"
fail() { echo "$1" >&2; exit 3; }
"""

LOCATE = f"""{_BEGIN}
readlink -f "$1" || exit {ABSENT}
"""
"""Print the path of a file without symbolic links."""

READ = f"""{_BEGIN}
if [ ! -e "$1" ]; then
  said=$(stat -L -c %s "$1" 2>&1) && fail 'it changed just now'
  case $said in *'No such file'*) exit {ABSENT} ;; esac
  fail "$said"
fi
[ -f "$1" ] || fail 'it is not a regular file'
exec <"$1"
state=$(stat -L -c %d:%i:%y:%s /dev/stdin) || fail 'there is no stat that knows -c'
[ "${{state##*:}}" -le "$2" ] || fail 'it is larger than 4 MiB'
echo "$state"
cat
"""
"""Print the identity, time and size of a file up to so many bytes, and its content after that line."""

OWNS = f"""{_BEGIN}
[ -e "$1" ] || exit {ABSENT}
[ -O "$1" ] && echo yes || echo no
"""
"""Say whether a file belongs to this user."""

LIST = f"""{_BEGIN}
[ -d "$1" ] || exit {ABSENT}
ls -1At "$1"
"""
"""Print the names in a folder, the newest first."""

OWN = f"""{_BEGIN}
for tool in flock setsid stat readlink mktemp; do
  command -v $tool >/dev/null || fail "it has no $tool, which comes with util-linux, coreutils or BusyBox"
done
for folder; do
  if ! said=$(mkdir -m 700 "$folder" 2>&1); then
    [ -e "$folder" ] || [ -L "$folder" ] || fail "$said"
    if [ ! -d "$folder" ] || [ -L "$folder" ]; then fail 'it is no folder'; fi
    [ -O "$folder" ] || fail 'it belongs to another user'
    chmod 700 "$folder" || exit 3
  fi
done
[ -s "$1/.gitignore" ] || echo '*' | cat >"$1/.gitignore"
"""
"""Make folders that are this user's alone; the first one is kept out of git."""

_HELD = f"""
held() {{
  [ -z "$1" ] && return
  lost() {{ echo "$1" >&2; exit {LOST}; }}
  grep -q -F -e "$2" "$1" || lost 'another run holds the lock now'
  if flock -n "$1" true; then echo 'the lock of this run is gone' >&2; exit {GONE}; fi
}}
"""

_TEMPORARY = """
path=$1 temporary=$2 size=$3 mode=$4
trap 'rm -f "$temporary"' EXIT
trap 'exit 3' HUP INT TERM PIPE
set -C
cat >"$temporary" || exit 3
set +C
exec 8>>"$temporary" || exit 3
[ "$(wc -c <"$temporary")" -eq "$size" ] || fail 'the connection was lost before all of it had arrived'
if [ -e "$path" ]; then
  [ -f "$path" ] || fail 'it is not a regular file'
  owner=$(stat -c %u:%g "$path") || exit 3
  [ "$owner" = "$(stat -c %u:%g "$temporary")" ] || chown "$owner" "$temporary" || exit 3
  case $(ls -ld "$path" | cut -c 11)$(ls -ld "$temporary" | cut -c 11) in
    *+*) getfacl -cp "$path" | setfacl --set-file=- "$temporary" || fail 'its access list cannot be kept' ;;
  esac
  mode=$(stat -c %a "$path") || exit 3
fi
chmod "$mode" "$temporary" || exit 3
"""

TRY = f"""{_BEGIN}{_TEMPORARY}
[ -r /proc/self/mountinfo ] || exit 0
while read -r _ _ _ _ at _; do
  [ "$at" != "$path" ] || fail 'device or resource busy'
done </proc/self/mountinfo
"""
"""Do everything short of replacing a file, and look whether it is a mount of its own."""

PUT = f"""{_BEGIN}{_HELD}{_TEMPORARY}
dd if=/dev/null conv=fsync 2>/dev/null >&8 || fail 'it cannot be put on disk'
held "$5" "$6"
mv -f "$temporary" "$path" || exit 3
sync "${{path%/*}}" 2>/dev/null || sync
"""
"""Put what comes in into the place of a file, as long as the lock is this run's."""

REMOVE = f"""{_BEGIN}{_HELD}
held "$1" "$2"
shift 2
rm -f "$@" || exit 3
sync "${{1%/*}}" 2>/dev/null || sync
"""
"""Remove files, as long as the lock is this run's."""

REMOVE_ALONE = f"""{_BEGIN}
exec 9>>"$1"
if ! flock -n 9; then echo 'another run holds the lock now' >&2; exit {LOST}; fi
[ -e "$3" ] || exit 0
grep -q -F -e "$2" "$3" || {{ echo 'another run has written there since' >&2; exit {LOST}; }}
rm -f "$3" || exit 3
sync "${{3%/*}}" 2>/dev/null || sync
"""
"""Remove a file that names this run, when its lock is free. Runs that had the lock meanwhile would have replaced it."""

HOLD = f"""{_BEGIN}
exec 9>>"$1"
if ! flock -n 9; then
  head -c "$2" "$1"
  exit {HELD}
fi
IFS= read -r holder || exit 3
printf '%s\\n' "$holder" | cat >"$1" || exit 3
echo held
while IFS= read -r line; do echo "$line"; done
"""
"""Hold a lock for as long as the connection lives, and repeat what is said meanwhile to show that it does."""

RUN = """\
echo "$0"
limit=$1
cd "$2" || exit 3
shift 2
output=$(mktemp) && exec 3<&0 4>"$output" 5<"$output" && rm -f "$output" || exit 3
setsid "$@" </dev/null >&4 2>&1 3<&- 5<&- &
child=$!
{ cat <&3; kill -s KILL -- "-$child"; } >/dev/null 2>&1 &
watcher=$!
is_too_much() { [ "$(stat -L -c %s /dev/stdin <&5)" -gt "$limit" ]; }
while kill -s 0 "$child" && { sleep 0.2 || sleep 1; }; do
  is_too_much && kill -s KILL -- "-$child"
done >/dev/null 2>&1 &
meter=$!
wait "$child"
code=$?
kill "$watcher" "$meter" 2>/dev/null
is_too_much && code=more
tail -c 65536 <&5
printf '\\n%s' "$code"
"""
"""Run a command in a folder, with what its login sets; it and all that it has started ends with the connection.

It is ended as well where it prints more than so many bytes: the first argument, before the folder.
"""
