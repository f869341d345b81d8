#!/bin/sh
# reproducible.sh BUILD: builds the images a second time, from a copy of the sources in another folder, and
# compares them byte by byte with those in BUILD.
set -eu
build=$1
source=$(cd "$(dirname "$0")/../.." && pwd)
python=$(sed -n 's/^Python3_EXECUTABLE:[^=]*=//p' "$build/CMakeCache.txt")
copy=$(mktemp -d "${TMPDIR:-/tmp}/nexus-again.XXXXXX")
trap 'rm -rf "$copy"' EXIT

mkdir -p "$copy/elsewhere/out"
ln -s "$build/sources" "$copy/elsewhere/out/sources"
(cd "$source" && tar -cf - --exclude=__pycache__ cmake codegen kernel components assemblies policy tests/bench) |
    tar -xf - -C "$copy/elsewhere"
if ! { cmake -G Ninja -S "$copy/elsewhere/cmake/target" -B "$copy/elsewhere/out/target" \
    "-DCMAKE_TOOLCHAIN_FILE=$copy/elsewhere/cmake/riscv64.cmake" \
    "-DPython3_EXECUTABLE=$python" "-DNEXUS_VALIDATE=$build/nexus-validate" &&
    ninja -C "$copy/elsewhere/out/target"; } >"$copy/log" 2>&1; then
    tail -30 "$copy/log"
    exit 1
fi
status=0
count=0
for image in "$copy"/elsewhere/out/image-*.elf; do
    count=$((count + 1))
    cmp "$image" "$build/$(basename "$image")" || status=1
done
echo "$count images compared"
[ "$count" -gt 0 ] || status=1
exit $status
