"""Acme's own rules for kmconfig, one module each."""
