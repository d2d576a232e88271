"""Bytes in, mono float32 blocks out: sniff, decode, measure, mix, resample."""
