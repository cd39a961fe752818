"""Serves one file of mistakes/: it is a part of the virtual host whose routes go to the application."""

from pathlib import Path

from contract.mistake import text
from contract.policy import port
from contract.proxied import behind
from contract.proxied_mistake import application

CONFIGURATION = """\
static_resources:
  listeners:
  - address:
      socket_address: {{address: 127.0.0.1, port_value: {port}}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: ingress
          http_filters:
          - name: envoy.filters.http.cors
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
          route_config:
            virtual_hosts:
            - name: api
              domains: ["*"]
              routes:
              - match: {{prefix: /}}
                route: {{cluster: application}}
{text}
  clusters:
  - name: application
    type: STATIC
    load_assignment:
      cluster_name: application
      endpoints:
      - lb_endpoints:
        - endpoint:
            address:
              pipe: {{path: {directory}/app}}
"""


def configure(directory: Path) -> list[str]:
    file = directory / "envoy.yaml"
    lines = "".join(f"              {line}\n" for line in text().splitlines())
    file.write_text(CONFIGURATION.format(directory=directory, port=port(), text=lines))
    return ["envoy", "-c", str(file), "--disable-hot-restart", "--concurrency", "1", "--log-level", "error"]


behind(application, configure)
