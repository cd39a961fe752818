from flask import request
from flask_cors import CORS

CORS(
    app,
    origins=["https://app.example.com"],
    supports_credentials=True,
    methods=["GET", "POST", "PUT"],
    allow_headers=["Content-Type", "Authorization"],
    expose_headers=["X-Request-Id"],
    max_age=600,
)


@app.before_request
def authenticate():
    if request.method != "OPTIONS" and "Authorization" not in request.headers:
        return "", 401
