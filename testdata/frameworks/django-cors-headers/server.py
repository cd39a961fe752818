"""The adapter of django-cors-headers. Its settings are a process's: one policy for each."""

import re
import sys

import django
from contract import wsgi
from contract.app import Route, routes
from contract.policy import Policy, message, policies, port
from django.conf import settings
from django.core import checks
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.urls import path
from waitress import serve

policy = policies()[0]


def cors(policy: Policy) -> dict:
    if policy.zero_config:
        return {}
    given = {
        "CORS_ALLOW_CREDENTIALS": policy.credentials,
        "CORS_ALLOW_METHODS": policy.methods,
        "CORS_ALLOW_HEADERS": policy.request_headers,
        "CORS_EXPOSE_HEADERS": policy.expose_headers,
        # The documentation's way to send no max-age, which is a day when nothing is configured, is 0.
        "CORS_PREFLIGHT_MAX_AGE": policy.max_age or 0,
        # The paths that the layer is for; the documentation writes r"^/api/.*$".
        "CORS_URLS_REGEX": f"^/{re.escape(policy.mount)}/.*$",
    }
    if "*" in policy.origins:
        given["CORS_ALLOW_ALL_ORIGINS"] = True
    elif policy.origin_regexes:
        # The documentation anchors at both ends: r"^https://\w+\.example\.com$".
        given["CORS_ALLOWED_ORIGIN_REGEXES"] = [f"^(?:{regex})$" for regex in policy.origin_regexes]
    elif policy.origin_func is None:
        given["CORS_ALLOWED_ORIGINS"] = policy.origins
    if policy.private_network:
        given["CORS_ALLOW_PRIVATE_NETWORK"] = True
    return given


def view(route: Route):
    def handle(request: HttpRequest) -> HttpResponse:
        if request.method not in route.methods:
            return HttpResponseNotAllowed(route.methods)
        answer = route.answer(wsgi.ask(request.environ))
        if len(answer.chunks) > 1:
            response = StreamingHttpResponse(answer.chunks, status=answer.status)
        else:
            response = HttpResponse("".join(answer.chunks), status=answer.status)
        del response["Content-Type"]
        for name, value in answer.headers:
            # Django's responses have one line for each name, but for cookies.
            if name.lower() == "set-cookie":
                response.cookies.load(value)
            else:
                response[name] = f"{response[name]}, {value}" if name in response else value
        return response

    return handle


urlpatterns = [path(f"{policy.mount}{route.path}", view(route)) for route in routes()]


def allowed(sender, request: HttpRequest, **kwargs) -> bool:
    """The documentation's signal for what the settings cannot say."""
    origin = request.headers.get("Origin")
    if origin == policy.origin_func.throw:
        raise RuntimeError("the origin callback raises")
    return origin == policy.origin_func.allow


settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["corsheaders"],
    MIDDLEWARE=["corsheaders.middleware.CorsMiddleware", "django.middleware.common.CommonMiddleware"],
    LOGGING_CONFIG=None,
    **cors(policy),
)
django.setup()
# What manage.py does before it starts a server.
errors = [check for check in checks.run_checks() if check.is_serious()]
if errors:
    sys.exit(f"refused: {message(errors[0].msg)}")
if policy.origin_func:
    from corsheaders.signals import check_request_enabled

    check_request_enabled.connect(allowed)

serve(wsgi.outermost(get_wsgi_application()), host="127.0.0.1", port=port())
