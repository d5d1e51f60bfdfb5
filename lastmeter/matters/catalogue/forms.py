"""The forms of the catalogues: they check what is typed and never act."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.grid.models import Node, Unit
from lastmeter.kit.forms import Day, Line, narrow
from lastmeter.matters.catalogue.loading import Order
from lastmeter.matters.catalogue.shipped import SHIPPED
from lastmeter.matters.forms.fields import CategoryField, category_choices
from lastmeter.matters.models import Category, Duty, Item, Question, Scheme

LARGEST = 20 * 1024 * 1024
SLUG = r"[a-z0-9-]+"


class TableForm(forms.Form):
    """A table as Excel or CSV."""

    file = forms.FileField(label=gettext_lazy("Excel 或 CSV 文件"))

    def clean_file(self) -> "UploadedFile[bytes] | None":
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file and (file.size or 0) > LARGEST:
            raise forms.ValidationError(_("文件超过 20 MB，请拆成几个，或请管理员用命令行导入。"))
        return file


class OrderForm(forms.Form):
    """What is loaded, from which day: shown with the file, and again with the differences."""

    scheme = forms.RegexField(
        f"^{SLUG}$",
        label=gettext_lazy("分类体系的代号"),
        max_length=30,
        help_text=gettext_lazy("小写字母和数字，如 local、db44t2479；已有的就是载入新版本。"),
    )
    name = Line(label=gettext_lazy("名称"), limit=100, required=False)
    edition = Line(label=gettext_lazy("版本"), limit=60, help_text=gettext_lazy("如 DB44/T 2479-2024。"))
    valid_from = Day(label=gettext_lazy("生效日期"))
    source = Line(label=gettext_lazy("来源"), limit=300, required=False)
    offered = forms.BooleanField(label=gettext_lazy("供登记和分派选用"), required=False, initial=True)
    unchecked = forms.BooleanField(label=gettext_lazy("还没有和正式文本核对"), required=False)

    def order(self) -> Order:
        """The checked form as an order; an existing scheme keeps its name."""
        given = self.cleaned_data
        known = Scheme.objects.filter(code=given["scheme"]).first()
        return Order(**{**given, "name": given["name"] or (known.name if known else given["scheme"])})


class LoadForm(OrderForm, TableForm):
    """A file of one's own."""

    field_order = ("file", "scheme", "name", "edition", "valid_from", "source", "offered", "unchecked")


class CategoryForm(forms.Form):
    """What the owner says of a category beside the standard's text."""

    words = Line(
        label=gettext_lazy("提示词"),
        limit=300,
        required=False,
        help_text=gettext_lazy("用空格分开；按这些词也找得到它。"),
    )
    advice = Line(
        label=gettext_lazy("先请注意"),
        limit=300,
        rows=2,
        required=False,
        help_text=gettext_lazy("登记前先给居民看的一句话，如：发现明火，请先打 119。"),
    )
    public = forms.BooleanField(
        label=gettext_lazy("可以公开"),
        required=False,
        help_text=gettext_lazy("这一类的事项可以出现在公开的地图和清单上。"),
    )


def shipped_query(key: str, today: date) -> dict[str, Any]:
    """The order of a shipped catalogue as the values of `OrderForm`."""
    order = SHIPPED[key].ordered(today)
    values = {
        "scheme": order.scheme,
        "name": order.name,
        "edition": order.edition,
        "valid_from": order.valid_from.isoformat(),
        "source": order.source,
    }
    return values | {name: "on" for name in ("offered", "unchecked") if getattr(order, name)}


class DraftForm(forms.Form):
    """For which place a list is drafted."""

    node = forms.ModelChoiceField(label=gettext_lazy("哪里的清单"), queryset=Node.objects.none())

    def __init__(self, *args: Any, nodes: QuerySet[Node], **options: Any) -> None:
        super().__init__(*args, **options)
        narrow(self, "node", nodes)


class ListForm(forms.Form):
    """What a draft is called, and the article that forbids what is not on it."""

    name = Line(label=gettext_lazy("清单名称"), limit=100)
    rule = Line(
        label=gettext_lazy("清单之外不得下派的依据"),
        limit=300,
        rows=2,
        help_text=gettext_lazy("拦下分派时会原样写给对方，请写到条，如：《广东省平安建设条例》第十条。"),
    )


class ItemForm(forms.Form):
    """One line of a draft."""

    category = CategoryField(label=gettext_lazy("类别"))
    asked = forms.ChoiceField(label=gettext_lazy("对社区"), choices=Item.Asked.choices, widget=forms.RadioSelect)
    grid = forms.BooleanField(label=gettext_lazy("网格员可以做"), required=False)
    owner = Line(label=gettext_lazy("责任单位"), limit=200, required=False)
    work = Line(label=gettext_lazy("社区和网格做什么"), limit=300, rows=2, required=False)
    basis = Line(label=gettext_lazy("依据"), limit=300, required=False, help_text=gettext_lazy("不填就用清单的依据。"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _offer_categories(self)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("grid") and given.get("asked") == Item.Asked.NEVER:
            self.add_error("grid", _("不得交给社区的事项，网格员也不能做。"))
        return given


class ApprovalForm(forms.Form):
    """Who approved the list, by which document, from when."""

    body = Line(label=gettext_lazy("批准机关"), limit=100)
    document = Line(label=gettext_lazy("文号"), limit=100, required=False)
    valid_from = Day(label=gettext_lazy("生效日期"))


class RetirementForm(forms.Form):
    valid_to = Day(label=gettext_lazy("废止日期"))


class DutyForm(forms.Form):
    """Which unit leads or assists in a category."""

    category = CategoryField(label=gettext_lazy("类别"))
    unit = forms.ModelChoiceField(label=gettext_lazy("单位"), queryset=Unit.objects.none())
    rank = forms.ChoiceField(
        label=gettext_lazy("职责"), choices=Duty.Rank.choices, widget=forms.RadioSelect, initial=Duty.Rank.LEAD
    )
    basis = Line(label=gettext_lazy("依据"), limit=300, required=False)

    def __init__(self, *args: Any, units: QuerySet[Unit], **options: Any) -> None:
        super().__init__(*args, **options)
        _offer_categories(self)
        narrow(self, "unit", units)


def _offer_categories(form: forms.Form) -> None:
    field = form.fields["category"]
    if isinstance(field, CategoryField):
        field.offer(category_choices)
        field.required = True
        field.error_messages["required"] = _("请选一个类别。")


class QuestionForm(forms.Form):
    """A new question of a category; a condition is one of its other questions and the answer given there."""

    text = Line(label=gettext_lazy("问什么"), limit=200)
    help = Line(label=gettext_lazy("怎么答"), limit=300, required=False)
    choices = Line(
        label=gettext_lazy("可选的答案"),
        limit=500,
        rows=3,
        required=False,
        help_text=gettext_lazy("一行一个；不写就是自己填。"),
    )
    only_if = forms.ModelChoiceField(
        label=gettext_lazy("只在这一问之后"), queryset=Question.objects.none(), required=False
    )
    only_answer = Line(label=gettext_lazy("那一问答的是"), limit=100, required=False)
    stop_answer = Line(label=gettext_lazy("答这个时先提醒"), limit=100, required=False)
    stop_words = Line(label=gettext_lazy("提醒的话"), limit=300, required=False)

    def __init__(self, *args: Any, category: Category, **options: Any) -> None:
        super().__init__(*args, **options)
        narrow(self, "only_if", Question.objects.filter(category=category, ended_on=None))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first: Question | None = given.get("only_if")
        if first and given.get("only_answer") and first.options and given["only_answer"] not in first.options:
            self.add_error("only_answer", _("“%(question)s”没有这个答案。") % {"question": first.text})
        elif first and not given.get("only_answer"):
            self.add_error("only_answer", _("请写明那一问答什么的时候才问。"))
        if given.get("stop_answer") and not given.get("stop_words"):
            self.add_error("stop_words", _("请写提醒的话，如：发现明火，请先打 119。"))
        return given


class QuestionsForm(forms.Form):
    """The questions that can be asked now; none of them has to be answered."""

    def __init__(self, *args: Any, wanted: Sequence[Question], **options: Any) -> None:
        super().__init__(*args, **options)
        self.wanted = wanted
        for each in wanted:
            self.fields[f"q{each.pk}"] = _question_field(each)

    def given(self) -> list[tuple[Question, str]]:
        """What was answered."""
        pairs = ((each, self.cleaned_data.get(f"q{each.pk}", "")) for each in self.wanted)
        return [(each, text) for each, text in pairs if text]


def _question_field(question: Question) -> forms.Field:
    if not question.options:
        return Line(label=question.text, limit=500, required=False, help_text=escape(question.help))
    choices = [(each, each) for each in question.options]
    return forms.ChoiceField(
        label=question.text, choices=choices, widget=forms.RadioSelect, required=False, help_text=escape(question.help)
    )
