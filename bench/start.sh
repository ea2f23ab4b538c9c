#!/usr/bin/env bash
# The product as `dotnet run --no-build` starts it, on a built tree: seconds to the first streamed token, PSS of all its
# processes when idle, seconds until nothing is left after SIGTERM, after Ctrl+C and after kill -9 of the AppHost, and
# whether PostgreSQL found its data clean at the next start. Linux only; run it with nothing else on the machine.
#   bench/start.sh [rounds] ["TERM INT KILL"]
set -u
cd "$(dirname "$0")/.."
rounds=${1:-5}
api=18081
state=$(mktemp -d /tmp/chatapp-bench-XXXX); chmod 711 "$state"
trap 'rm -rf "$state"' EXIT

now() { date +%s.%N; }
since() { echo "$(now) - $1" | bc; }
median() { sort -n | awk '{v[NR]=$1} END {print (NR % 2) ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2}'; }
# The product's processes that came since the start.
family() {
  local p
  for p in /proc/[0-9]*; do
    p=${p#/proc/}
    grep -qx "$p" "$state/before" && continue
    { tr '\0' ' ' < "/proc/$p/cmdline"; } 2>/dev/null | grep -qE "ChatApp\.|tools/dcp|Aspire\.Dashboard|postgres" && echo "$p"
  done
}
pss() { for p in $(family); do awk -v n="$(tr '\0' ' ' < /proc/$p/cmdline | grep -oE 'dcp (start|run|monitor)[a-z-]*|Aspire.Dashboard|postgres|dotnet run|ChatApp\.[A-Za-z]+' | head -1)" '/^Pss:/ {print $2, n}' "/proc/$p/smaps_rollup" 2>/dev/null; done; }

start() {
  ls /proc | grep -E '^[0-9]+$' > "$state/before"
  began=$(now)
  # What a script starts in the background ignores Ctrl+C, unless told otherwise.
  setsid env --default-signal=INT dotnet run --no-build --project ChatApp.AppHost -- "--State=$state/state" --Ports:Web=18080 --Ports:Api=$api --Ports:Dashboard=18788 > "$state/log" 2>&1 &
  for _ in $(seq 600); do
    curl -sN -m 5 "http://127.0.0.1:$api/v1/chat/completions" -H 'content-type: application/json' \
      -d '{"model":"chatapp-mini","stream":true,"max_tokens":4,"messages":[{"role":"user","content":"Hello!"}]}' 2>/dev/null | grep -q '"content":"[^"]' && break
    sleep 0.1
  done
}

turn() {
  curl -sN -m 60 "http://127.0.0.1:$api/api/turns" -H 'content-type: application/json' \
    -d '{"model":"chatapp-mini","content":"Tell me a long story."}' > /dev/null 2>&1 &
}

stop() { # signal
  for _ in 1 2 3 4; do turn; done
  sleep 0.3
  apphost=$(pgrep -f "^[^ ]*/ChatApp.AppHost --State=$state" | head -1)
  local asked; asked=$(now)
  if [ "$1" = INT ]; then kill -INT -- "-$(ps -o pgid= -p "$apphost" | tr -d ' ')"; else kill "-$1" "$apphost"; fi
  for _ in $(seq 600); do [ -z "$(family)" ] && break; sleep 0.1; done
  left=$(since "$asked")
  "$(ls -d /usr/lib/postgresql/*/bin | tail -1)/pg_controldata" "$state/state/volumes/postgres-data" | grep -q "shut down$" && clean=clean || clean=RECOVERY
}

start; stop TERM > /dev/null   # the first start makes the data directory
for signal in ${2:-TERM INT KILL}; do
  : > "$state/first"; : > "$state/left"; : > "$state/clean"; : > "$state/pss"
  for _ in $(seq "$rounds"); do
    start; since "$began" >> "$state/first"
    sleep 10; pss > "$state/table"; awk '{s+=$1} END {print s/1024}' "$state/table" >> "$state/pss"
    stop "$signal"; echo "$left" >> "$state/left"; echo "$clean" >> "$state/clean"
  done
  echo "$signal: first token $(median < "$state/first") s, idle PSS $(median < "$state/pss") MB, nothing left after $(median < "$state/left") s (most $(sort -n "$state/left" | tail -1)), PostgreSQL $(sort "$state/clean" | uniq -c | tr -s ' \n' ' ')"
done
echo "PSS by process, MB (last round):"
awk '{n=$2; for (i=3;i<=NF;i++) n=n" "$i; s[n]+=$1; c[n]++} END {for (n in s) printf "  %-28s %2d x  %7.1f\n", n, c[n], s[n]/1024}' "$state/table" | sort -k4 -rn
