"""API keys: random secrets with names, kept as hashes in a file."""
