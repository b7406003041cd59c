"""Measures the engines on a folder of data. Rows in, figures out; one module per purpose."""
