#!/bin/sh
# debug.sh IMAGE FOLDER: stops an image at its first instruction under gdb, with the symbols of the kernel
# and of every component in FOLDER. Each is linked at its own addresses, so all load at once.
set -eu
image=$1
folder=$2
socket=$(mktemp -u /tmp/nexus-gdb.XXXXXX)
# In a session of its own, so that Ctrl-C in gdb does not reach the machine.
setsid "$(dirname "$0")/machine.sh" -serial "file:$image.console" -monitor none \
    -chardev "socket,path=$socket,server=on,wait=off,id=gdb" -gdb chardev:gdb -S \
    -kernel "$image" </dev/null >/dev/null 2>&1 &
machine=$!
trap 'kill "$machine" 2>/dev/null; rm -f "$socket"' EXIT
trap 'exit 1' INT TERM HUP
while [ ! -S "$socket" ]; do
    kill -0 "$machine" || exit 1
    sleep 0.1
done
root=$(cd "$(dirname "$0")/../.." && pwd)
set -- -q "$folder/../kernel/kernel.elf" -ex "set confirm off" -ex "target remote $socket" \
    -ex "directory $root" -ex "set substitute-path build/target $folder/.."
for elf in "$folder"/*.elf; do
    set -- "$@" -ex "add-symbol-file $elf"
done
echo "The console is written to $image.console"
gdb-multiarch "$@"
