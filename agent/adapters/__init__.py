"""Touches one outside thing each. Decides nothing."""
