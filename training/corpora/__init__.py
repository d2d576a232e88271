"""Corpora as they are published, read into clips: `layouts.py` tells the layouts apart."""
