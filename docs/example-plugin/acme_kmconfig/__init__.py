"""What Acme adds to kmconfig: a rule, its mail relay as a provider, its folder of secrets, and its target."""
