"""One module for each page: what it shows, what its buttons do. The looks are in `templates/`."""
