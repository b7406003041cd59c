"""Sidenote: the note-taker of a support team on Kustomer."""
