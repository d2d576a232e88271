#!/bin/sh
# What is in this file? One form, one answer: one_file.sh song.mp3
set -eu
curl --silent --show-error --fail-with-body --form "file=@$1" "${EARMARK_URL:-http://127.0.0.1:8000}/v1/classify?detail=segments&top_k=3"
