from flask import Flask, request

app = Flask(__name__)


@app.route("/items", methods=["GET", "PUT"])
def items():
    return {"items": ["a", "b"]}


@app.after_request
def cors(response):
    response.vary.add("Origin")
    if request.headers.get("Origin") == "https://app.example.com":
        response.headers["Access-Control-Allow-Origin"] = "https://app.example.com"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "PUT"
            response.headers["Access-Control-Allow-Headers"] = "Content-Type"
    return response
