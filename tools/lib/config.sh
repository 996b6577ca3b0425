# shellcheck shell=bash
# Reads and sets single lines of the suite's YAML file, before a daemon exists that could. It knows
# what our file looks like (section: at the margin, "  key: value" below), not YAML in general.

# config_value FILE SECTION KEY: the value without quotes and comment; empty if it is not there.
config_value() {
  awk -v section="$2" -v key="$3" '
    /^[^ #]/ { inside = ($1 == section ":") }
    inside && $1 == key ":" {
      sub(/^[^:]*: */, ""); sub(/ +#.*$/, ""); gsub(/["\047]/, ""); print; exit
    }' "$1"
}

# config_set SECTION KEY VALUE: filter; replaces the value, keeps the rest of the file.
config_set() {
  awk -v section="$1" -v key="$2" -v value="$3" '
    /^[^ #]/ { inside = ($1 == section ":") }
    inside && $1 == key ":" { print "  " key ": " value; next }
    { print }'
}

# config_ports FILE: "section key port" for every port but 0.
config_ports() {
  awk '
    /^[^ #]/ { section = $1; sub(/:$/, "", section) }
    $1 ~ /_port:$/ && $2 + 0 > 0 { key = $1; sub(/:$/, "", key); print section, key, $2 + 0 }' "$1"
}

# config_shift_ports OFFSET: filter; adds OFFSET to every port but 0.
config_shift_ports() {
  awk -v offset="$1" '
    $1 ~ /_port:$/ && $2 + 0 > 0 { print "  " $1 " " $2 + offset; next }
    { print }'
}
