"""Processes that may be killed, and what crosses between them and their parent."""
