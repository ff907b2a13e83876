"""Requests from the ribbon and the menu: read, carried out once, answered."""
