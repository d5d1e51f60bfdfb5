"""The table of a whistle as `/flows/whistle/` prints it, beside those of the matters' flows."""

from typing import Any

from django.utils.translation import gettext as _

from lastmeter.matters.lifecycle import Profile
from lastmeter.matters.models import WhistleStep
from lastmeter.matters.whistles import lifecycle

FLOW = Profile(lifecycle.NAME, lifecycle.WORD, lifecycle.SAYS)


def rows() -> list[dict[str, Any]]:
    """Each act in words: from where to where, whose it is, on which condition."""
    words = dict(WhistleStep.choices)
    return [
        {
            "act": _(each.word),
            "before": [words[step] for step in each.before],
            "after": words[each.after] if each.after else _("不变"),
            "who": _(lifecycle.WHO[each.who]),
            "guard": _(each.guard) if each.guard else "",
        }
        for each in lifecycle.TRANSITIONS
    ]
