"""Real mail servers for tests, started in an ordinary process tree on loopback."""
