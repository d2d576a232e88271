#!/bin/sh
# Takes from the environment what the service never loads; $1 are the extras that were installed into it, or nothing.
set -eu
cd /opt/earmark/lib/python3.11/site-packages

rm -rf training
find . -type d -name tests -prune -exec rm -rf {} +
find . -type f \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.h' -o -name '*.a' \) -delete

# ONNX Runtime: the library for programs in C (Python has its own copy of it), and tools that make models.
rm -rf onnxruntime/capi/libonnxruntime.so.* onnxruntime/transformers onnxruntime/tools onnxruntime/quantization

# SciPy: of it, fft, sparse and special are used, with what they import. An extra may need the rest.
if [ -z "${1:-}" ]; then
    (cd scipy && rm -rf cluster constants datasets differentiate fftpack integrate interpolate io linalg misc ndimage odr \
        optimize signal spatial stats)
fi
