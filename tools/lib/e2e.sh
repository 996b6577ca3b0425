#!/usr/bin/env bash
# Runs tests/e2e against build/release/bin (or $SLUICE_BIN), one file after the other:
#   e2e.sh [FILE...]        Last line: "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "$0")/../../tests/e2e" || exit 1

if ! cmp -s package-lock.json node_modules/.package-lock.made; then
  npm ci --no-audit --no-fund --loglevel=error || exit 1
  cp package-lock.json node_modules/.package-lock.made
fi

files=("$@")
((${#files[@]})) || files=(*.test.mjs)
output=$(mktemp)
trap 'rm -f "$output"' EXIT
# --test-concurrency is not there in Node 18: one call per file keeps them apart.
for file in "${files[@]}"; do
  echo "-- ${file%.test.mjs}"
  node --test --test-reporter=tap "$file" | tee -a "$output" | grep -E '^ *(not )?ok |^ *#|error:|^ +(at|expected|actual|stack|code):? ' |
    grep -vE '^ *# (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms|Subtest)|Subtest:' || true
done
sum() { awk -v word="$1" '$1 == "#" && $2 == word { n += $3 } END { print n + 0 }' "$output"; }
failed=$(($(sum fail) + $(sum cancelled)))
echo "$(sum pass) passed, $failed failed, $(sum skipped) skipped"
((failed == 0))
