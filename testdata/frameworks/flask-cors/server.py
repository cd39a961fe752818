"""The adapter of Flask-CORS for a whole application: CORS(app)."""

from contract import flask_app, wsgi
from contract.flask_cors_options import options
from contract.policy import Policy, port
from flask import Flask
from flask_cors import CORS
from waitress import serve


def build(policy: Policy) -> Flask:
    app = Flask(policy.name)
    CORS(app, **options(policy))
    app.register_blueprint(flask_app.views(policy))
    return app


serve(wsgi.mount(build), host="127.0.0.1", port=port())
