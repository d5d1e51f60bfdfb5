"""Run in a process of its own with the product's settings: a new database with the cast in it."""

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - settings first

from tests import cast  # noqa: E402
from tests.journeys.drafts import draft_of_merged_grids, rooms_and_open_doors  # noqa: E402

call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
cast.seed()
town = cast.load()
draft_of_merged_grids(town)
rooms_and_open_doors(town)
