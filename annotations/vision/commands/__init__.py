"""The commands of the command line, each loaded only when it is asked for: probing needs no models."""
