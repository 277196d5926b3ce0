"""Backups of the site, and bringing it back from one without forgetting what was withdrawn or erased since."""
