"""Books: one workbook each. `create` writes a new one, `draw` says what stands on it, `look` how it looks."""
