"""The secret itself, and the hash that stands for it in the file."""

import hashlib
import secrets

_PREFIX = "earmark_"
"""Tells people, and programs that search code for secrets, what they have found."""
_RANDOM_BYTES = 32


def new_secret() -> str:
    return _PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def hash_of(secret: str) -> str:
    """Plain SHA-256 in hex: 256 random bits cannot be guessed from a hash, however fast it is."""
    return hashlib.sha256(secret.encode("utf-8", errors="surrogatepass")).hexdigest()
