#!/bin/bash
# Builds every target and puts it into $OUT with its dictionary, its options and its first inputs,
# under the names by which OSS-Fuzz and ClusterFuzzLite find them. Their images set SRC and OUT.
set -euo pipefail

cd "$SRC/cors-conformance"
# The pinned compiler is a stable one, and sanitizers need a nightly: that of the image.
export RUSTUP_TOOLCHAIN="${RUSTUP_TOOLCHAIN:-nightly}"
# In all packages: the workspace says for each how much it optimizes, to be built fast.
export RUSTFLAGS="${RUSTFLAGS:-} -C opt-level=3"
# They run on other machines, where there are no case files.
cargo fuzz build -O --no-trace-compares --features embedded

for source in fuzz/fuzz_targets/*.rs; do
  target="$(basename "$source" .rs)"
  # It does nothing: what the others are measured against at home.
  [ "$target" != empty ] || continue
  cp "target/x86_64-unknown-linux-gnu/release/$target" "$OUT/"
  cp fuzz/cors.dict "$OUT/$target.dict"
  options="fuzz/oss-fuzz/$target.options"
  [ -f "$options" ] || options=fuzz/oss-fuzz/target.options
  cp "$options" "$OUT/$target.options"
  inputs=("fuzz/seeds/$target"/*)
  if [ -d "fuzz/regressions/$target" ]; then
    inputs+=("fuzz/regressions/$target"/*)
  fi
  python3 -m zipfile -c "$OUT/${target}_seed_corpus.zip" "${inputs[@]}"
done
