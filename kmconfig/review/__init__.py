"""What a change of the files means: effective settings, findings and risks of two states of a repository."""
