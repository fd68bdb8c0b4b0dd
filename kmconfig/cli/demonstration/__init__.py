"""The story that `kmconfig demo` tells: its files, its mail server, and its steps."""
