"""The roster that the tests of duty speak of."""

import pytest
from django.utils import timezone

from lastmeter.grid.duty import arranging
from lastmeter.grid.duty.tests.drawn import ActorOf, plan, whole
from lastmeter.grid.models import Roster
from tests.cast import Cast


@pytest.fixture
def roster(cast: Cast, actor: ActorOf) -> Roster:
    """周小满, 林知夏 and 简思远 take turns round the clock for 望海社区."""
    made = arranging.draw_up(
        cast.nodes["community"], plan(cast, "worker", "clerk", "secretary"), by=actor("clerk"), now=timezone.now()
    )
    return whole(made)
