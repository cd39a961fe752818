"""Starts the adapter as releases before 3.5 have to be asked: see releases/."""

import collections
import collections.abc
import runpy
from importlib.metadata import version

from django.conf import LazySettings

NAMES = {
    "CORS_ALLOWED_ORIGINS": "CORS_ORIGIN_WHITELIST",
    "CORS_ALLOWED_ORIGIN_REGEXES": "CORS_ORIGIN_REGEX_WHITELIST",
    "CORS_ALLOW_ALL_ORIGINS": "CORS_ORIGIN_ALLOW_ALL",
}
HOSTS = int(version("django-cors-headers").partition(".")[0]) < 3  # the list is of hosts, not of origins
configure = LazySettings.configure


def renamed(settings, **given):
    given = {NAMES.get(name, name): value for name, value in given.items()}
    if HOSTS and "CORS_ORIGIN_WHITELIST" in given:
        given["CORS_ORIGIN_WHITELIST"] = [origin.partition("://")[2] or origin for origin in given["CORS_ORIGIN_WHITELIST"]]
    configure(settings, **given)


collections.Sequence = collections.abc.Sequence  # Python had it here until 3.9
LazySettings.configure = renamed
runpy.run_path("server.py", run_name="__main__")
