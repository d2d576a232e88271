"""Offline training: turns labelled sound into model packages for the service."""
