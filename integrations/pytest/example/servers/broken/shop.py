from flask import Flask, request

app = Flask(__name__)


@app.route("/items", methods=["GET", "PUT"])
def items():
    return {"items": ["a", "b"]}


@app.after_request
def cors(response):
    # Two mistakes: whoever asks is allowed, and Content-Type, which a PUT of JSON needs, is forgotten.
    response.headers["Access-Control-Allow-Origin"] = request.headers.get("Origin", "*")
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "PUT"
    return response
