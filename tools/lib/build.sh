# shellcheck shell=bash
# Configure and build. Needs output.sh, instance.sh.

# One compiler per processor, but no more than fit into memory (a gRPC source takes about 900 MB).
build_jobs() {
  local by_memory processors
  processors=$(nproc)
  by_memory=$(awk '/^MemAvailable:/ { print int($2 / 1024 / 900) }' /proc/meminfo)
  ((by_memory < 1)) && by_memory=1
  echo $((by_memory < processors ? by_memory : processors))
}

# build PRESET [TARGET...]: quiet when nothing is to be done.
build() {
  local preset=$1
  shift
  if [[ ! -e build/$preset/build.ninja ]]; then
    note "configuring build/$preset"
    cmake --preset "$preset" --log-level=NOTICE >/dev/null ||
      die "cmake could not configure" "See the lines above"
  fi
  NINJA_STATUS='    [%f/%t, %e s] ' cmake --build "build/$preset" --parallel "$(build_jobs)" \
    ${1:+--target "$@"} || die "the build failed" "See the lines above"
}
