"""The book as a Google spreadsheet."""
