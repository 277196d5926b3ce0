"""What `manage.py privacy` can do, one command a module, as `annotations.audit.commands` has them."""
