"""Hide faces in video clips, screen them, and prove what was done.

A plain Python package without Django. The command line is `python -m annotations.vision`;
`confined` starts that command as a limited child process and is all that the site imports.
"""
