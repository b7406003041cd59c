"""Lets an assistant that speaks the Model Context Protocol look at runs and propose notes.

No tool here can reach a customer: nothing in this folder holds a writer that could.
"""
