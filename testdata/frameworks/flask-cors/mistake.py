"""Serves one file of mistakes/: app is Flask."""

from contract.mistake import BODY, FIELDS, METHODS, configure
from contract.policy import port
from flask import Flask
from waitress import serve

app = Flask("items")


def items():
    return BODY, 200, FIELDS


names = configure(app=app)
if not any(rule.rule == "/" for rule in app.url_map.iter_rules()):  # the file may have its own
    app.add_url_rule("/", view_func=items, methods=METHODS)
serve(app, host="127.0.0.1", port=port())
