"""LibreOffice as xlwings sees Excel: an engine over UNO, so that Linux has a desktop too."""
