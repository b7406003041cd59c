"""Deliberate bugs, planted one by one in a copy of the program: the suite must catch each."""
