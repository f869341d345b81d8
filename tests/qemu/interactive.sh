#!/bin/sh
# interactive.sh IMAGE: runs an image on this terminal until Ctrl-A x.
exec "$(dirname "$0")/machine.sh" -serial mon:stdio -kernel "$1"
