"""Nobody is there to be answered."""


class ClientGone(Exception):
    """The client hung up. No error of ours: there is nothing to tell, and nobody to tell it to."""
