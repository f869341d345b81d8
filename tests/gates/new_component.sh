#!/bin/sh
# new_component.sh BUILD: in a copy of the sources, makes a component as docs/tutorial.md tells, and checks that it
# builds, that its native test passes, that it boots, that a second build does nothing, and that editing its
# description rebuilds only what depends on it.
set -eu
build=$1
source=$(cd "$(dirname "$0")/../.." && pwd)
python=$(sed -n 's/^Python3_EXECUTABLE:[^=]*=//p' "$build/CMakeCache.txt")
copy=$(mktemp -d "${TMPDIR:-/tmp}/nexus-new.XXXXXX")
trap 'rm -rf "$copy"' EXIT

fail() {
    echo "FAILED: $*"
    tail -30 "$copy/log"
    exit 1
}

(cd "$source" && tar -cf - --exclude=__pycache__ CMakeLists.txt cmake codegen kernel components assemblies policy tests) |
    tar -xf - -C "$copy"
mkdir "$copy/build"
ln -s "$build/sources" "$copy/build/sources"
cd "$copy"
# Between them these have every component that has a native test.
printf "nexus_assembly(%s)\n" nexus policytest >assemblies/CMakeLists.txt
"$python" codegen/nexusgen.py new component sprout >log || fail "nexusgen new component"
cmake -G Ninja -S . -B build "-DPython3_EXECUTABLE=$python" >>log 2>&1 || fail "configuring"
ninja -C build target host-component_sprout >>log 2>&1 || fail "building"
build/tests/host/components/host-component_sprout >>log 2>&1 || fail "its native test"
"$python" tests/qemu/run.py build/image-sprout.elf --quit --time-limit 20 \
    --marker "init: up sprout" --marker "sprout: line 3 of 3" || fail "booting"
echo "made, tested, booted"

ninja -C build target host-component_sprout >second 2>&1
mv second log
! grep -qE "Building C|Linking|Generating|Re-running" log || fail "a second build did something"
echo "the second build did nothing"

sed -i 's/lines = 3/lines = 4/' components/sprout/sprout.assembly
ninja -C build target >log 2>&1 || fail "building after an edit"
grep -q "Generating sprout" log || fail "the edit was not seen"
! grep -qE "Generating nexus|kernel/|Building C object lib" log || fail "the edit rebuilt what does not depend on it"
echo "an edit rebuilt only what depends on it"
