"""The Excel add-in: ARC.xlam written from text, and put where Excel loads it. No Office is needed to build it."""
