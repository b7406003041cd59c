"""What of a text is personal, and what stands in its place.

Two laws. Secrets (card numbers, passwords, tokens, one-time codes) are gone for good before a
transcript is made: `hidden.py`. Everything else leaves for a model as a placeholder and comes
back into its answer: `masked.py`. Neither touches an order number.

`records.py`, `contact.py` and `ids.py` are needed by the second only; they import phonenumbers and
python-stdnum, so nothing that the offline engine uses may import them.
"""
