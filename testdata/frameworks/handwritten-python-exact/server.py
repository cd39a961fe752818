"""The middleware that everybody writes by hand: one trusted origin, compared with ==."""

from contract import wsgi
from contract.policy import Policy
from contract.wsgiref_server import serve


def cors(policy: Policy, app):
    """Written as it is found in applications, forgotten Vary and swallowed OPTIONS included."""
    trusted = policy.origins[0]

    def middleware(environ, start_response):
        def with_cors(status, headers, exc_info=None):
            if environ.get("HTTP_ORIGIN") == trusted:
                headers.append(("Access-Control-Allow-Origin", trusted))
                headers.append(("Access-Control-Allow-Methods", ", ".join(policy.methods)))
                headers.append(("Access-Control-Allow-Headers", ", ".join(policy.request_headers)))
                headers.append(("Access-Control-Expose-Headers", ", ".join(policy.expose_headers)))
                headers.append(("Access-Control-Max-Age", "600"))
            return start_response(status, headers, exc_info)

        if environ["REQUEST_METHOD"] == "OPTIONS":
            with_cors("204 No Content", [])
            return []
        return app(environ, with_cors)

    return middleware


serve(wsgi.mount(lambda policy: cors(policy, wsgi.app())))
