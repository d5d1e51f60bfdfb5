"""What the pages of the rules for posts ask, cleaned; the forms never act."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.grid.models import Role
from lastmeter.grid.staff.requirements import MOST, Need
from lastmeter.kit.forms import Day, Line

AT_NODES = [each for each in Role.choices if each[0] not in (Role.UNIT_HEAD, Role.UNIT_HANDLER)]


class _DatedForm(forms.Form):
    """From when a rule holds and on what it rests."""

    since = Day(label=gettext_lazy("生效日期"), initial=timezone.localdate)
    basis = Line(label=gettext_lazy("依据"), limit=200, help_text=gettext_lazy("文件名称和文号，以后查得到"))


class WarningForm(_DatedForm):
    """How early the end of a term is announced."""

    days = forms.IntegerField(label=gettext_lazy("提前几天提醒"), min_value=1, max_value=365)
    field_order = ("days", "since", "basis")


class StaffingForm(_DatedForm):
    """Who must be at a level: up to three needs, each one of several roles."""

    def __init__(self, *args: Any, needs: Sequence[Need] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        for number in range(MOST):
            self.fields[f"need_{number}"] = forms.MultipleChoiceField(
                label=_("第 %(number)d 项：有其中一种岗位即可") % {"number": number + 1},
                choices=AT_NODES,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=needs[number] if number < len(needs) else (),
            )
        self.order_fields([*(f"need_{number}" for number in range(MOST)), "since", "basis"])

    def clean(self) -> dict[str, Any]:
        """Refuse a role that is named in two needs: one person could not count for both."""
        given = super().clean() or {}
        seen: set[str] = set()
        for number in range(MOST):
            chosen = set(given.get(f"need_{number}", ()))
            if seen & chosen:
                self.add_error(f"need_{number}", _("同一种岗位只能写在一项里。"))
            seen |= chosen
        return given

    @property
    def needs(self) -> list[Need]:
        """The needs as chosen, those left empty dropped."""
        chosen = (self.cleaned_data[f"need_{number}"] for number in range(MOST))
        return [tuple(Role(role) for role in roles) for roles in chosen if roles]
