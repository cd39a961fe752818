"""Starts the adapter with the names that the settings had before django-cors-headers 3.5."""

import runpy

from django.conf import LazySettings

NAMES = {
    "CORS_ALLOWED_ORIGINS": "CORS_ORIGIN_WHITELIST",
    "CORS_ALLOWED_ORIGIN_REGEXES": "CORS_ORIGIN_REGEX_WHITELIST",
    "CORS_ALLOW_ALL_ORIGINS": "CORS_ORIGIN_ALLOW_ALL",
}
configure = LazySettings.configure


def renamed(settings, **given):
    configure(settings, **{NAMES.get(name, name): value for name, value in given.items()})


LazySettings.configure = renamed
runpy.run_path("server.py", run_name="__main__")
