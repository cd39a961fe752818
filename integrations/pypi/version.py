import os

version = os.environ.get("CORSPROOF_BUILD_VERSION", "0.0.0")
