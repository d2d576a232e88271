#!/bin/sh
# A table of chunks beside the file, named after it: table.sh song.mp3 writes song.csv
set -eu
curl --silent --show-error --fail-with-body --form "file=@$1" --remote-name --remote-header-name --output-dir "$(dirname "$1")" \
  --request POST "${EARMARK_URL:-http://127.0.0.1:8000}/v1/classify?format=csv"
