#!/bin/sh
# Several files in one request, each with a status of its own: many_files.sh a.mp3 b.wav
set -eu
for file in "$@"; do
  set -- "$@" --form "file=@$file"
  shift
done
curl --silent --show-error --fail-with-body "$@" "${EARMARK_URL:-http://127.0.0.1:8000}/v1/classify?detail=summary"
