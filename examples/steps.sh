#!/bin/sh
# Everything, also how likely music and speech are step by step: steps.sh talk.mp3 > answer.json
set -eu
curl --silent --show-error --fail-with-body --form "file=@$1" "${EARMARK_URL:-http://127.0.0.1:8000}/v1/classify?detail=steps"
