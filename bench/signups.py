"""A thousand residents sign up for one occasion at once, each through the page, eight connections at a time."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from bench import ground

PEOPLE, PLACES, AT_ONCE = 1000, 500, 8


def run() -> list[ground.Row]:
    """Sign them in beforehand, let them all post, and count what came back."""
    ground.prepare()
    from django.db import connections
    from django.test import Client
    from django.utils import timezone

    from lastmeter.accounts.actors import Actor
    from lastmeter.occasions import arranging
    from lastmeter.occasions.models import SignUp
    from lastmeter.occasions.tests.test_races import crowd
    from tests import cast

    town, now = cast.load(), timezone.now()
    starts = now + timedelta(days=3)
    occasion = arranging.arrange(
        node=town.nodes["community"], title="灯会", place="广场", starts_at=starts, ends_at=starts + timedelta(hours=1),
        capacity=PLACES, by=Actor.of(town.users["clerk"]), now=now,
    )  # fmt: skip
    clients = []
    for user in crowd(PEOPLE):
        client = Client(SERVER_NAME="localhost")
        client.force_login(user)
        clients.append(client)

    def post(client: Client) -> int:
        return client.post(f"/activities/{occasion.pk}/signup/", {"party": "1"}).status_code

    begun = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = Counter(threads.map(post, clients))
        took = time.perf_counter() - begun
        list(threads.map(lambda _n: connections.close_all(), range(AT_ONCE)))
    states = Counter(SignUp.objects.values_list("state", flat=True))
    said = f"{took:.0f} s, answers {dict(answers)}, {dict(states)}"
    return [{"name": f"{PEOPLE:,} sign-ups for {PLACES} places", "ours": said, "asked": "≤ 60 s, none failed"}]
