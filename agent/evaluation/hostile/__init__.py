"""A model in an attacker's hands, the real pipeline in memory, and a judge that trusts neither."""
