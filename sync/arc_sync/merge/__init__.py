"""The three-way merge of a book with the ledger: pure, no input or output.

`history` says what the ledger remembers, `base` what a book last agreed with, `identify` which row is
which, `cells` and `rows` what to do with each, `plan` what the book is to be told. The exact rules are
those of the design's sync rules; the state machine in tests/test_promises.py holds them.
"""
