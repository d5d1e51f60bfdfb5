"""Hypothesis without its stopwatch: no test here may fail because the machine is busy."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
