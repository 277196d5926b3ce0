"""Hide faces in video clips, screen them, and prove what was done.

A plain Python package without Django. The command line is `python -m annotations.vision`; `confined` runs that command
as a limited child process, which is how the site has untrusted clips decoded.
"""
