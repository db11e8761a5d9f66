"""The `elboard` command under a name of its own."""
