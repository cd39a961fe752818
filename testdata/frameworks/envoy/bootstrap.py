"""The part of Envoy's configuration that is the same for everybody: one listener, the filter, one cluster."""

from pathlib import Path
from typing import Any

Message = dict[str, Any]


def typed(name: str, **fields: Any) -> Message:
    """A message of Envoy's extensions: {"@type": ...} and its fields."""
    return {"@type": f"type.googleapis.com/envoy.extensions.{name}", **fields}


def bootstrap(host: Message, port: int, directory: Path) -> Message:
    """The whole configuration, for the routes of a virtual host. The cluster of the application is "application"."""
    manager = typed(
        "filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="ingress",
        route_config={"virtual_hosts": [host]},
        http_filters=[
            {"name": "outermost", "typed_config": outermost()},
            {"name": "envoy.filters.http.cors", "typed_config": typed("filters.http.cors.v3.Cors")},
            {"name": "envoy.filters.http.router", "typed_config": typed("filters.http.router.v3.Router")},
        ],
    )
    listener = {
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "filter_chains": [{"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}],
    }
    return {"static_resources": {"listeners": [listener], "clusters": [cluster(directory)]}}


def outermost() -> Message:
    """The contract's layer outside of everything: it announces a variation of its own."""
    vary = {"header": {"key": "Vary", "value": "Accept-Encoding"}, "append_action": "APPEND_IF_EXISTS_OR_ADD"}
    return typed("filters.http.header_mutation.v3.HeaderMutation", mutations={"response_mutations": [{"append": vary}]})


def cluster(directory: Path) -> Message:
    endpoint = {"endpoint": {"address": {"pipe": {"path": str(directory / "app")}}}}
    assignment = {"cluster_name": "application", "endpoints": [{"lb_endpoints": [endpoint]}]}
    return {"name": "application", "type": "STATIC", "load_assignment": assignment}
