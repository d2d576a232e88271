"""Corpora as they are published, read into clips: one layout a file, `catalogue.py` tells them apart."""
