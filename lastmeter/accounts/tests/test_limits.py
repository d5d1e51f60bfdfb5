"""Limits count exactly, also when many ask at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connections

from lastmeter.accounts import limits
from lastmeter.accounts.models import Count


@pytest.mark.django_db
def test_the_sixth_of_five_is_refused_and_told_when_to_come_back(now: datetime) -> None:
    assert [limits.hit("key", 5, 900, now) for _ in range(5)] == [1, 2, 3, 4, 5]
    with pytest.raises(limits.TooMany, match="16:45") as refused:
        limits.hit("key", 5, 900, now)
    assert refused.value.retry_after == 900
    assert limits.hit("other key", 5, 900, now) == 1
    assert limits.hit("key", 5, 900, now + timedelta(seconds=900)) == 1


@pytest.mark.django_db
def test_forgetting_starts_anew_and_purging_leaves_the_open_windows(now: datetime) -> None:
    limits.hit("old", 5, 60, now - timedelta(hours=1))
    limits.hit("new", 5, 60, now)
    assert limits.purge(now) == 1
    limits.forget("new", 60)
    assert not Count.objects.exists()


@pytest.mark.race
@pytest.mark.usefixtures("own_database")
def test_four_connections_hitting_at_once_are_allowed_exactly_the_limit(now: datetime) -> None:
    def hundred(worker: int) -> int:
        allowed = 0
        try:
            for _ in range(100):
                try:
                    limits.hit("race", 150, 3600, now)
                    allowed += 1
                except limits.TooMany:
                    pass
        finally:
            connections.close_all()
        return allowed

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(hundred, range(4))) == 150
    assert Count.objects.get(key="race:3600").n == 400
