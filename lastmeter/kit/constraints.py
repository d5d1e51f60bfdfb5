"""Rules that the database holds about a row, where several tables have the same one."""

from functools import reduce
from operator import or_

from django.db.models import CheckConstraint, Q


def one_of(name: str, *fields: str) -> CheckConstraint:
    """Of these columns exactly one has a value."""
    ways = [Q(**{f"{each}__isnull": each != chosen for each in fields}) for chosen in fields]
    return CheckConstraint(condition=reduce(or_, ways), name=name)
