"""The body of a request becomes files without names."""
