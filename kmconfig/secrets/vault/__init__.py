"""Secrets from HashiCorp Vault and OpenBao, through hvac's API over a connection of our own."""
