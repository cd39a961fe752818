"""Serves one file of mistakes/: app is FastAPI."""

import uvicorn
from contract.mistake import BODY, FIELDS, METHODS, configure
from contract.policy import port
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse


async def items(request: Request) -> Response:
    return JSONResponse(BODY, headers=FIELDS)


app = FastAPI()
names = configure(app=app)
app.add_api_route("/", items, methods=[*METHODS, "HEAD"])
uvicorn.run(names["app"], host="127.0.0.1", port=port(), lifespan="off", log_level="error", access_log=False)
