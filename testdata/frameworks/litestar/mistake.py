"""Serves one file of mistakes/: cors_config, which it defines, is the application's."""

import uvicorn
from contract.mistake import BODY, FIELDS, METHODS, configure
from contract.policy import port
from litestar import Litestar, Response, route


@route("/", http_method=METHODS, status_code=200)
async def items() -> Response:
    return Response(BODY, headers=FIELDS)


names = configure()
app = Litestar([items], cors_config=names.get("cors_config"), middleware=names.get("middleware", []), openapi_config=None)
uvicorn.run(app, host="127.0.0.1", port=port(), lifespan="off", log_level="error", access_log=False)
