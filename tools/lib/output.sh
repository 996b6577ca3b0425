# shellcheck shell=bash
# Lines for people: steps, remarks, and failures with their remedy.

if [[ -t 1 ]]; then
  readonly bold=$'\e[1m' red=$'\e[31m' yellow=$'\e[33m' green=$'\e[32m' plain=$'\e[0m'
else
  readonly bold='' red='' yellow='' green='' plain=''
fi

step() { printf '%s==> %s%s\n' "$bold" "$*" "$plain"; }
note() { printf '    %s\n' "$*"; }
done_line() { printf '    %s%s%s\n' "$green" "$*" "$plain"; }

# warn WHAT REMEDY: goes on.
warn() { printf '    %swarning:%s %s. %s\n' "$yellow" "$plain" "$1" "$2" >&2; }

# complain WHAT REMEDY: one line for a failed check; the caller decides whether to go on.
complain() { printf '    %serror:%s %s. %s\n' "$red" "$plain" "$1" "$2" >&2; }

# die WHAT REMEDY: the same, and ends the program.
die() {
  complain "$1" "$2"
  exit 1
}
