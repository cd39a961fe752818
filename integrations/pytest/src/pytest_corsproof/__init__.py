"""Hold a server to its CORS policy, in pytest.

    def test_cors(corsproof):
        corsproof(app, path="/items", policy={"origins": ["https://app.example.com"], "methods": ["PUT"]})

Each group of checks is a test item, ``test_cors[vary]``. What is wrong is said once for each cause, by the
first item that fails by it; those that fail by the same cause are skipped, and say so.
"""

from .plugin import Corsproof
from .run import CorsproofError, CorsproofWarning, Policy

__all__ = ["Corsproof", "CorsproofError", "CorsproofWarning", "Policy"]
