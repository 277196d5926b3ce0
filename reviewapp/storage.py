"""Static files with hashed names, so that browsers may keep them for ever."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class StaticStorage(ManifestStaticFilesStorage):
    """Rewrites imports between our own JavaScript modules only.

    Django's own pattern for module imports also matches text inside htmx's files and breaks them, so it is
    limited to the folders that hold our modules.
    """

    support_js_module_import_aggregation = False
    patterns = (
        *ManifestStaticFilesStorage.patterns,
        (
            "workbench/*.js",
            (
                (
                    r"""(?P<matched>import\s*["'](?P<url>[./].*?)["']\s*;)""",
                    """import "%(url)s";""",
                ),
                (
                    r"""(?P<matched>(?P<what>(?:import|export)\s[\w\s{},*$]*?from)\s*["'](?P<url>[./].*?)["']\s*;)""",
                    """%(what)s "%(url)s";""",
                ),
            ),
        ),
    )
