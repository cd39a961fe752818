from fastapi import Response
from fastapi.middleware.cors import CORSMiddleware

app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://app.example.com"],
    allow_credentials=True,
    allow_methods=["GET", "POST", "PUT"],
    allow_headers=["Content-Type", "Authorization"],
    expose_headers=["X-Request-Id"],
    max_age=600,
)


@app.middleware("http")
async def authenticate(request, call_next):
    if "authorization" not in request.headers:
        return Response(status_code=401)
    return await call_next(request)
