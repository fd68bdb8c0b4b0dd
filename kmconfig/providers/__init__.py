"""What is known of each mail provider. A new provider gets a file of its own and a line in ``registry.py``."""
