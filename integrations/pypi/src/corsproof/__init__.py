"""The program corsproof, for those who install it with pip, uv or pipx."""

import os
import sysconfig


def find_program() -> str:
    """The path of the program that this package installed. Raises FileNotFoundError if it is not there."""
    name = "corsproof" + (sysconfig.get_config_var("EXE") or "")
    package = os.path.dirname(os.path.abspath(__file__))
    places = [
        sysconfig.get_path("scripts"),
        sysconfig.get_path("scripts", scheme=sysconfig.get_preferred_scheme("user")),  # pip install --user
        os.path.join(os.path.dirname(package), "bin"),  # pip install --target
    ]
    for place in places:
        path = os.path.join(place, name)
        if os.path.isfile(path):
            return path
    raise FileNotFoundError(f"the program corsproof is in none of {', '.join(places)}: install the package anew")
