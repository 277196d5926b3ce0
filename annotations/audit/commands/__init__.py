"""What `manage.py audit` can do, one command a module.

Each module has `HELP`, `arguments(parser)` and `run(command, options)`; `annotations.audit.management.commands.audit`
lists them.
"""
