"""`/styleguide/`: every component, in the shell, size and language asked for by the query."""

from datetime import timedelta
from types import SimpleNamespace

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from lastmeter.web.shells import SHELLS

LANGUAGES = {"zh-hans": "中文", "en": "English"}
STARS = [
    (5, _("很满意")),
    (4, _("满意")),
    (3, _("一般")),
    (2, _("不满意")),
    (1, _("很不满意")),
]
TREE = [
    {
        "label": _("鸳鸯湖社区"),
        "value": "1",
        "open": True,
        "children": [
            {
                "label": _("第三网格"),
                "value": "13",
                "note": _("湖畔小区 5–9 栋"),
                "children": [],
            },
            {"label": _("第七网格"), "value": "17", "children": []},
        ],
    },
    {
        "label": _("花园社区"),
        "value": "",
        "children": [{"label": _("第一网格"), "value": "21", "children": []}],
    },
]


class ManyFiles(forms.FileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class SampleForm(forms.Form):
    """One field of each kind."""

    text = forms.CharField(
        label=_("说说情况"),
        help_text=_("什么事、在哪里、多久了，想到哪写到哪。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    phone = forms.CharField(
        label=_("电话"), required=False, help_text=_("留了才能收到回复，别人看不到。"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "data-private": ""}),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("类别"),
        choices=[
            ("", _("系统来定")),
            ("noise", _("噪声扰民")),
            ("light", _("路灯照明")),
        ],
        required=False,
    )
    source = forms.ChoiceField(
        label=_("来源"),
        choices=[("call", _("电话")), ("desk", _("窗口"))],
        widget=forms.RadioSelect,
    )
    agreed = forms.BooleanField(label=_("我已读过个人信息告知"), required=False)
    photos = forms.FileField(label=_("照片"), required=False, widget=ManyFiles(attrs={"accept": "image/*"}))
    stars = forms.ChoiceField(label=_("满意吗"), choices=STARS, required=False)
    node = forms.CharField(label=_("哪个网格"), required=False)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`?shell=resident|field|desk &print=0…4 &to=zh-hans|en`."""
    shell = SHELLS.get(request.GET.get("shell", ""), SHELLS["resident"])
    language = request.GET.get("to", "zh-hans") if request.GET.get("to") in LANGUAGES else "zh-hans"
    size = request.GET.get("print", "0")
    request.shell = shell.name  # type: ignore[attr-defined]  # ours, as in middleware.py
    with translation.override(language):
        return render(
            request,
            "web/styleguide.html",
            _sample(shell.template, language, int(size) if size in "01234" else 0),
        )


def _sample(template: str, language: str, size: int) -> dict[str, object]:
    now = timezone.now()
    hours = {"over": -1, "soon": 1, "later": 5, "days": 60}
    return {
        "shell": template,
        "language": language,
        "large_print": size,
        "sizes": range(5),
        "languages": LANGUAGES,
        "shells": SHELLS,
        "now": now,
        "at": {name: now + timedelta(hours=n, minutes=1) for name, n in hours.items()},
        "form": SampleForm(),
        "wrong": SampleForm({"text": "", "phone": "199"}, auto_id="wrong_%s", prefix="wrong"),
        "tree": TREE,
        "box": (111.958, 21.835, 111.999, 21.89),
        "labels": [_("受理"), _("派单"), _("办理"), _("办结")],
        "page": SimpleNamespace(next="n", prev="p"),
        "tones": ["ok", "warn", "bad", "info", "mute", "brand"],
    }
