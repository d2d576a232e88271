"""Earmark: says what is in an audio file."""
