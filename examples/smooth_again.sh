#!/bin/sh
# Other segments from an answer that was saved by steps.sh, without the sound: smooth_again.sh answer.json 4
set -eu
curl --silent --show-error --fail-with-body --header "Content-Type: application/json" --data-binary "@$1" \
  "${EARMARK_URL:-http://127.0.0.1:8000}/v1/answer?detail=segments&smoothing=$2"
