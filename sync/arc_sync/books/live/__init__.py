"""A book that is open on the desktop, edited under its person's eyes through xlwings' public API."""

from arc_sync.books.live.book import LiveBook

__all__ = ["LiveBook"]
