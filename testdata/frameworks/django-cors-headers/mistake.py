"""Serves one file of mistakes/: its lines are settings.py."""

import django
from contract import wsgi
from contract.mistake import BODY, FIELDS, configure
from contract.policy import port
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from waitress import serve


class Authenticate:
    """The middleware mistake.Authenticate: 401 without an Authorization field."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request) if "Authorization" in request.headers else HttpResponse(status=401, headers={"Content-Length": "0"})


def items(request: HttpRequest) -> HttpResponse:
    return JsonResponse(BODY, headers=FIELDS)


urlpatterns = [path("", items), path("items/", items)]
if __name__ == "__main__":
    given = {
        "ALLOWED_HOSTS": ["*"],
        "ROOT_URLCONF": __name__,
        "INSTALLED_APPS": ["corsheaders"],
        "MIDDLEWARE": ["corsheaders.middleware.CorsMiddleware", "django.middleware.common.CommonMiddleware"],
        "LOGGING_CONFIG": None,
    }
    given |= {name: value for name, value in configure().items() if name.isupper()}
    settings.configure(**given)
    django.setup()
    serve(wsgi.outermost(get_wsgi_application()), host="127.0.0.1", port=port())
