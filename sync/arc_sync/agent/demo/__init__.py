"""The demo: a made-up firm's receivables, an accountant at work in the workbook, and what ARC makes of it."""
