"""The log's Merkle tree and its formats: RFC 9162 hashing and proofs, C2SP tiles, signed notes, checkpoints.

Plain Python and `cryptography`: no Django, no context. What is read from outside is refused unless it is exactly
in form; every error is a ValueError with a name of its own.
"""
