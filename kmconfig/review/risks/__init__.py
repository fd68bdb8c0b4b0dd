"""What changes mean: small pure functions, listed by setting in the table."""
