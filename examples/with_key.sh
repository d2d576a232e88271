#!/bin/sh
# Where keys are asked for: EARMARK_KEY=earmark_… with_key.sh song.mp3
set -eu
curl --silent --show-error --fail-with-body --form "file=@$1" --header "Authorization: Bearer $EARMARK_KEY" \
  "${EARMARK_URL:-http://127.0.0.1:8000}/v1/classify?detail=segments"
