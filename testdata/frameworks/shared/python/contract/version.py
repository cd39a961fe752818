"""Prints the installed version of the first package that is named, and the other packages' in
brackets, as pip's metadata knows them: "1.10.0 (uvicorn 0.54.0)"."""

import sys
from importlib.metadata import version

first, *others = sys.argv[1:]
rest = ", ".join(f"{other} {version(other)}" for other in others)
print(version(first) + (f" ({rest})" if rest else ""))
