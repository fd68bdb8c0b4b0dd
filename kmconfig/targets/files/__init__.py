"""Files as targets: read with the token of their state, and replaced as a whole, wherever they lie."""
