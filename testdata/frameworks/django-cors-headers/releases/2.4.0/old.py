"""Starts the adapter with the names that the settings had before django-cors-headers 3.5, and
with hosts where it takes origins since 3.0."""

import collections
import collections.abc
import runpy

from django.conf import LazySettings

collections.Sequence = collections.abc.Sequence  # Python had it here until 3.9
NAMES = {
    "CORS_ALLOWED_ORIGINS": "CORS_ORIGIN_WHITELIST",
    "CORS_ALLOWED_ORIGIN_REGEXES": "CORS_ORIGIN_REGEX_WHITELIST",
    "CORS_ALLOW_ALL_ORIGINS": "CORS_ORIGIN_ALLOW_ALL",
}
configure = LazySettings.configure


def renamed(settings, **given):
    given = {NAMES.get(name, name): value for name, value in given.items()}
    if origins := given.get("CORS_ORIGIN_WHITELIST"):
        given["CORS_ORIGIN_WHITELIST"] = [origin.partition("://")[2] or origin for origin in origins]
    configure(settings, **given)


LazySettings.configure = renamed
runpy.run_path("server.py", run_name="__main__")
