"""The other middleware that everybody writes by hand: whatever origin comes is sent back."""

from contract import wsgi
from contract.policy import Policy
from contract.wsgiref_server import serve


def cors(policy: Policy, app):
    """Written as it is found in applications, forgotten Vary and swallowed OPTIONS included."""

    def middleware(environ, start_response):
        def with_cors(status, headers, exc_info=None):
            headers.append(("Access-Control-Allow-Origin", environ.get("HTTP_ORIGIN", "*")))
            if policy.credentials:
                headers.append(("Access-Control-Allow-Credentials", "true"))
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
