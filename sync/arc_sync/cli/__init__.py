"""The command line `arc`. Heavy libraries are imported inside the commands that use them."""
