"""A witness for logs, to be run by another organisation: Python and `cryptography`, nothing else of ours but the tree.

It remembers the last tree of each log that it watches, and cosigns a checkpoint only when that tree continues it: so
two pasts of one log never both carry its word.
"""
