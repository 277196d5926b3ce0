"""The commands of `manage.py` as pages tell them."""

from django import template

from annotations.core.commands import command

register = template.Library()
register.simple_tag(command, name="command")
