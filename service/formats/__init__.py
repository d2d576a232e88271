"""Report -> text: one file per format, the list of them in catalogue.py."""
