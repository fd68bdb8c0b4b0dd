"""The documentation, and what writes the pages of it that can drift from the code."""
