"""Spend over time and by whom: small pure functions from calls to tables.

`rows` makes one flat row a call; everything else takes rows and gives rows back.
"""
