"""Scheduled sampling as an experiment: small models that read their own words while they learn."""
