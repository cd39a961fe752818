from flask_cors import CORS

CORS(
    app,
    origins=["*"],
    supports_credentials=True,
    methods=["GET", "POST", "PUT"],
    allow_headers=["Content-Type", "Authorization"],
    expose_headers=["X-Request-Id"],
    max_age=600,
)
