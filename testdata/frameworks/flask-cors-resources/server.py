"""The adapter of Flask-CORS with resources: one application, each policy for the paths below its own."""

from contract import flask_app, wsgi
from contract.flask_cors_options import options
from contract.policy import Policy, policies, port
from flask import Flask
from flask_cors import CORS
from waitress import serve


def resource(policy: Policy) -> str:
    """A policy's paths as the documentation writes them, r"/api/*": a regular expression, in which a plus is escaped."""
    return "/" + policy.mount.replace("+", r"\+") + "/*"


app = Flask(__name__)
CORS(app, resources={resource(policy): options(policy) for policy in policies()})
for policy in policies():
    app.register_blueprint(flask_app.views(policy), url_prefix="/" + policy.mount)

serve(wsgi.outermost(app), host="127.0.0.1", port=port())
