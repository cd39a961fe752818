from shop import app


def test_cors(corsproof):
    corsproof(
        app,  # WSGI or ASGI, or the URL of a server
        path="/items",
        policy={
            "origins": ["https://app.example.com"],
            "methods": ["PUT"],
            "request_headers": ["Content-Type"],
        },
    )
