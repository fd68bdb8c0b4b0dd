"""An in-process server that speaks as HashiCorp Vault and OpenBao do, for tests that use a real client."""
