"""The agent of ARC Sheets: ledger, merge, books, imports and the command line. It imports the core."""
