#!/usr/bin/env bash
# Each fuzz target for half a minute, two at a time, from the seeds of this tree. What it finds is a fault, and the input lies in fuzz/artifacts.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${FUZZ_SECONDS:-30}
command -v c++ >/dev/null || { echo "there is no C++ compiler (c++), which libFuzzer is built with: install g++ or clang" >&2; exit 1; }
cargo fetch --locked --manifest-path fuzz/Cargo.toml \
  || { echo "what the fuzz targets are built with cannot be fetched: can the registry be reached?" >&2; exit 1; }

cargo xtask seeds
# The flags of `cargo fuzz build --sanitizer none`, which any toolchain takes: our crates hold no unsafe code that a sanitizer would watch.
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
coverage="$coverage -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
host=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS="--cfg fuzzing $coverage" cargo build -q --locked --release --bins --target "$host" --manifest-path fuzz/Cargo.toml
built=$(realpath "${CARGO_TARGET_DIR:-fuzz/target}/$host/release")

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

fuzz() {
  local target=$1 dictionary=$2
  mkdir -p "$directory/$target" "fuzz/artifacts/$target"
  # One seed, so that a change is judged by what it changes and not by chance: the long runs are for what is new.
  # What is new goes to the first directory, so that the corpus stays what the seeds are. Threads of ours would take time from the other target.
  if RAYON_NUM_THREADS=1 "$built/$target" "$directory/$target" "fuzz/corpus/$target" -dict="fuzz/dictionaries/$dictionary.dict" \
    -seed=1 -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1500 -print_final_stats=1 \
    -artifact_prefix="fuzz/artifacts/$target/" >"$directory/$target.log" 2>&1; then
    echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$directory/$target.log") inputs, nothing found"
  else
    tail -n 60 "$directory/$target.log" >&2
    echo "$target: a finding, which \`cargo fuzz run --sanitizer none $target FILE\` shows again" >&2
    return 1
  fi
}

found=0
while read -r one other; do
  pids=()
  for pair in $one $other; do
    fuzz "${pair%%:*}" "${pair##*:}" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || found=1; done
done <<TARGETS
terraform:hcl template:cloudformation
expression:hcl assembly:cloudformation
policy:policy script:shell
configuration:configuration suppression:suppression
check:hcl
TARGETS
exit $found
