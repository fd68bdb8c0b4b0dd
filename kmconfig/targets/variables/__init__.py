"""The settings as environment variables with the names that Laravel reads, for stores that keep text by name."""
