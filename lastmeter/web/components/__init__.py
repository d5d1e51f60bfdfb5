"""The ~25 components: functions that return safe HTML; `templatetags/c.py` gives them to the templates."""
