"""The adapter of Flask-CORS with resources: one application, each policy for the paths below its own."""

from contract import flask_app, wsgi
from contract.flask_cors_options import options
from contract.policy import policies, port
from flask import Flask
from flask_cors import CORS
from waitress import serve

app = Flask(__name__)
CORS(app, resources={f"/{policy.name}/*": options(policy) for policy in policies()})
for policy in policies():
    app.register_blueprint(flask_app.views(policy), url_prefix="/" + policy.name)

serve(wsgi.outermost(app), host="127.0.0.1", port=port())
