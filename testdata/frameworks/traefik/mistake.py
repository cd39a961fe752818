"""Serves one file of mistakes/: the routers and middlewares, in front of the service "application"."""

from backend import behind_text
from contract.mistake import text
from contract.proxied_mistake import application

behind_text(application, text())
