"""The core of ARC Sheets: values and rules. No input or output, no clock, no SQL, no network."""

__version__ = "0.1.0"
