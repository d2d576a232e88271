#!/bin/sh
# Byte code for everything, since nothing can be written later. Templates and the like that are no Python are passed over.
set -u
standard_library=$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
python3 -m compileall -qq -j 0 "$standard_library" /opt/earmark/lib || true
