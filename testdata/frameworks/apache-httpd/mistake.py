"""Serves one file of mistakes/: it is the content of a Location that is passed on to the application."""

from pathlib import Path

from contract.proxied_mistake import serve

MODULES = ["mpm_event", "authz_core", "setenvif", "headers", "rewrite", "proxy", "proxy_http"]

CONFIGURATION = """\
ServerRoot {directory}
DefaultRuntimeDir {directory}
PidFile {directory}/pid
ErrorLog /dev/stderr
LogLevel crit
Listen 127.0.0.1:{port}
ServerName localhost
User www-data
Group www-data
ServerLimit 1
ThreadsPerChild 64
MaxRequestWorkers 64
StartServers 1
<Location />
{text}
ProxyPass unix:{directory}/app|http://localhost/
</Location>
"""


def configure(text: str, port: int, directory: Path) -> list[str]:
    file = directory / "httpd.conf"
    modules = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in MODULES)
    file.write_text(modules + CONFIGURATION.format(directory=directory, port=port, text=text))
    return ["apache2", "-D", "FOREGROUND", "-f", str(file)]


serve(configure)
