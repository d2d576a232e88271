#!/bin/sh
# A JSON object a line, chunk by chunk, while the file is still listened to: line_by_line.sh concert.flac
set -eu
curl --silent --show-error --fail-with-body --no-buffer --form "file=@$1" --header "Accept: application/x-ndjson" \
  "${EARMARK_URL:-http://127.0.0.1:8000}/v1/classify?hop_seconds=1"
