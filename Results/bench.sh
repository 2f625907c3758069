#!/usr/bin/env bash
# Solves instances and appends a row for each to a table; README.md beside this file has the columns.
#
#   bench.sh ROWS PATH...
#
# A PATH is a folder with a known.csv, of which every instance is solved, or the file of one
# instance. What may be set in the environment:
#
#   OPTIONS  of `emplace solve`, for example "--time-limit 60 --seed 2"; without them it stops after
#            60 s or at a gap of 0.1 %
#   THREADS  for each run, 2 if it is not set
#   FROM     format of files that are no fleets: gap, sscflp or cflp
#   SENSE    max for gap files whose costs are profits
#   KNOWN    table of the best known values of files: CSV with a header, by the columns `name` or
#            `instance`, `objective` or `best_known`, and `sense` if there is one; or a list without
#            a header, whose line i belongs to the file whose name ends in the number i
#   EMPLACE  the command
set -euo pipefail

columns=date,commit,version,set,instance,digest,threads,seed,status,termination,objective,bound
columns+=,evidence,gap,known,excess,wallSeconds,cpuSeconds,check,command

if [ $# -lt 2 ]; then
  sed -n '2,/^set /p' "$0" | sed '$d;s/^# \{0,1\}//'
  exit 64
fi
rows=$1
shift
emplace=${EMPLACE:-.build/release/emplace}
threads=${THREADS:-2}
commit=$(git describe --always --dirty 2>/dev/null || echo unknown)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ -s "$rows" ] || echo "$columns" > "$rows"

# The best known value of an instance in a table of them; nothing where it has none.
known() { # table name
  [ -n "$1" ] || return 0
  awk -F, -v name="$2" -v sense="${SENSE:-min}" '
    NR == 1 && NF == 1 { isList = 1 }
    isList { if (name ~ ("(^|[^0-9])0*" NR "(\\.[a-z]+)?$")) print $1; next }
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    "sense" in column && $column["sense"] != sense { next }
    $(column["name"] + column["instance"]) == name {
      print $(column["objective"] + column["best_known"])
    }' "$1"
}

# A member of the result, without quotes; nothing where it is null.
member() { sed -n "s/^  \"$1\": \(.*[^,]\),*$/\1/p" "$work/result" | tr -d '"' | sed 's/^null$//'; }

# What the checker says: proven, plan where no bound has a certificate, none, or refused.
check() { # instance options...
  local judged=("$@") code=0
  [ ! -s "$work/plan" ] || judged+=("$work/plan")
  if [ -s "$work/proof" ]; then
    judged+=(--certificate "$work/proof")
  elif [ ! -s "$work/plan" ]; then
    echo none
    return
  fi
  "$emplace" verify "${judged[@]}" > "$work/verdict" 2>&1 || code=$?
  if [ "$code" = 5 ]; then echo refused
  elif [ "$code" != 0 ]; then echo none
  elif grep -q proven "$work/verdict"; then echo proven
  else echo plan; fi
}

bench() { # set name known files... -- reading options
  local set=$1 name=$2 known=$3 files=() shown=() began code=0
  shift 3
  while [ "$1" != -- ]; do files+=("$1") shown+=("${1##*/}"); shift; done
  shift
  rm -f "$work"/*
  # OPTIONS are words.
  # shellcheck disable=SC2206
  local options=("$@" ${OPTIONS:-} --threads "$threads")
  TIMEFORMAT='%U %S'
  { time "$emplace" solve "${files[@]}" "${options[@]}" --format json --output "$work/plan" \
    --certificate "$work/proof" > "$work/result" 2> "$work/errors" || code=$?; } 2> "$work/time"
  if [ ! -s "$work/result" ]; then
    cat "$work/errors" >&2
    echo "$name: exit code $code, no row" >&2
    return
  fi
  local figures
  figures=$(awk -v o="$(member objective)" -v k="$known" -v time="$(cat "$work/time")" 'BEGIN {
    size = k < 0 ? -k : k
    if (o != "" && k != "" && size > 0) excess = sprintf("%.6g", (o - k) / size)
    split(time, t, " ")
    printf "%s,%.2f", excess, t[1] + t[2] }')
  echo "$(date -u +%F),$commit,$(member version),$set,$name,$(member digest | cut -c1-16),$threads,$(
    member seed),$(member status),$(member termination),$(member objective),$(member bound),$(
    member boundEvidence),$(member gap),$known,${figures%,*},$(member wallSeconds),${figures#*,},$(
    check "${files[@]}" "$@"),emplace solve ${shown[*]} ${options[*]}" >> "$rows"
  tail -n 1 "$rows"
}

for path in "$@"; do
  if [ -f "$path/known.csv" ]; then
    # Fields are separated by a bar, as blanks stand between files.
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
      $c["files"] != "" {
        print $c["name"] "|" $c["objective"] "|" $c["from"] "|" $c["files"] }' "$path/known.csv" |
      while IFS='|' read -r name objective from files; do
        list=()
        for file in $files; do list+=("$path/$file"); done
        bench "${path##*/}" "$name" "$objective" "${list[@]}" -- --from "$from" < /dev/null
      done
  elif [ -f "$path" ]; then
    name=${path##*/}
    base=${name%.*}
    value=$(known "${KNOWN:-}" "$base")
    folder=$(dirname "$path")
    bench "${folder##*/}" "$base" "$value" "$path" -- --from "${FROM:-fleet}" \
      ${SENSE:+--sense "$SENSE"}
  else
    echo "$path: no file, and no folder with a known.csv" >&2
    exit 2
  fi
done
