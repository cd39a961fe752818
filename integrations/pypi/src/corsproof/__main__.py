"""python -m corsproof"""

import os
import subprocess
import sys

from . import find_program


def main() -> None:
    command = [find_program(), *sys.argv[1:]]
    if os.name == "nt":  # where exec returns to the shell before the program ends
        sys.exit(subprocess.run(command).returncode)
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
