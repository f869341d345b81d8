#!/bin/sh
# interactive.sh IMAGE: runs an image on this terminal until Ctrl-A x. Its disk is the file disk.img beside the image: it
# is made when it is missing, and keeps what is written to it.
NEXUS_DISK=$(dirname "$1")/disk.img
export NEXUS_DISK
[ -f "$NEXUS_DISK" ] || truncate -s 8M "$NEXUS_DISK"
exec "$(dirname "$0")/machine.sh" -serial mon:stdio -kernel "$1"
