"""The files of a release: one module and one line of `registry.py` per format. Pure: no rows, no storage."""
