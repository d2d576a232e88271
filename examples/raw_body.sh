#!/bin/sh
# The file as the body itself, from a pipe: cat song.mp3 | raw_body.sh
set -eu
curl --silent --show-error --fail-with-body --data-binary @- "${EARMARK_URL:-http://127.0.0.1:8000}/v1/classify?detail=summary"
