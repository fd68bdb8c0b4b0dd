"""Email settings of a KeyManager installation as reviewed YAML: lint, plan, apply, and prove them."""

from __future__ import annotations

__version__ = "0.1.0"
