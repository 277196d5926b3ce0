"""Searching what is stored for what is left of a subject.

It shares nothing with erasure or its inventory: raw files, and raw SQL over every table and column that the database
itself names. An import contract holds that. What is searched for comes from a *probe*, made before the erasure
(`rights.probes`).
"""
