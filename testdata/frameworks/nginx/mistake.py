"""Serves one file of mistakes/: what stands before its first location, such as a map, is for http, the rest for server.

The application is http://app.
"""

from pathlib import Path

from contract.proxied_mistake import serve

CONFIGURATION = """\
daemon off;
worker_processes 1;
error_log stderr warn;
pid {directory}/pid;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    map_hash_bucket_size 128;
    upstream app {{ server unix:{directory}/app; }}
    {http}
    server {{
        listen 127.0.0.1:{port};
        {server}
    }}
}}
"""


def configure(text: str, port: int, directory: Path) -> list[str]:
    file = directory / "nginx.conf"
    http, location, server = text.partition("location ")
    file.write_text(CONFIGURATION.format(directory=directory, port=port, http=http, server=location + server))
    return ["nginx", "-p", str(directory), "-c", str(file)]


serve(configure)
