#!/bin/sh
# interactive.sh IMAGE: runs an image on this terminal until Ctrl-A x.
set -eu
. "$(dirname "$0")/machine.sh"
machine -serial mon:stdio -kernel "$1"
