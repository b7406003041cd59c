"""The HTTP API for workflow tools and scripts: what the commands do, with tokens."""
