"""WSGI entry point: `gunicorn reviewapp.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewapp.settings.production")
application = get_wsgi_application()
