"""The Vault store, with real hvac against a Vault in this process."""

from __future__ import annotations
