"""Puts the program into the wheel, as a script of the environment, and says for which platform it is."""

import os

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Program(BuildHookInterface):
    def initialize(self, version, build_data):
        if version == "editable":
            return
        try:
            program, platform = os.environ["CORSPROOF_BUILD_PROGRAM"], os.environ["CORSPROOF_BUILD_PLATFORM"]
        except KeyError as missing:
            raise SystemExit(f"{missing.args[0]} is not set: wheels are built by integrations/package") from None
        suffix = ".exe" if platform.startswith("win") else ""
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
        build_data["shared_scripts"][program] = "corsproof" + suffix
