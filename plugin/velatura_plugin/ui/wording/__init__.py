"""Sentences and names that panels and the command line share."""
