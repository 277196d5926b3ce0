"""The files of a release: one module per format. The same release gives the same bytes."""
