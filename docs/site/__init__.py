"""The configuration of the documentation site, and what its pages go through."""
