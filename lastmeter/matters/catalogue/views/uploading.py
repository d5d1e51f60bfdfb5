"""A table on its way in: taken, looked at with its refused rows, then written — the same three pages for each table."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request
from lastmeter.grid.addresses import uploads
from lastmeter.kit import downloads
from lastmeter.kit.sheets import BadSheet
from lastmeter.matters.catalogue import tables
from lastmeter.matters.catalogue.forms import TableForm
from lastmeter.matters.catalogue.tables import Columns, Report

MOST_SHOWN = 50


class BringIn(Protocol):
    def __call__(self, file: Path, *, whole: bool, dry_run: bool) -> Report: ...


def taking(
    request: Request, user: User, *, title: str, back: str, columns: Columns, onward: Callable[[str], str]
) -> HttpResponse:
    """The page that takes the file; `onward` gives the address of its preview."""
    form = TableForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return redirect(onward(uploads.keep(form.cleaned_data["file"], user.pk)))
    context = {"form": form, "heading": title, "back": back, "columns": [names[0] for names in columns.values()]}
    return render(request, "matters/catalogue/table.html", context, status=422 if form.errors else 200)


def looking(request: Request, path: Path | None, *, title: str, back: str, bring_in: BringIn) -> HttpResponse:
    """What the table would change; a POST writes it, `?refused` hands out the rows that are not taken."""
    if path is None:
        raise Http404
    whole = "whole" in request.POST
    writes = request.method == "POST"
    try:
        report = bring_in(path, whole=whole, dry_run=not writes)
        ending = report.ended if writes else bring_in(path, whole=True, dry_run=True).ended
    except (BadSheet, ValueError) as error:
        context = {"form": TableForm(), "heading": title, "back": back, "problem": str(error)}
        return render(request, "matters/catalogue/table.html", context, status=422)
    if "refused" in request.GET:
        return downloads.written("refused.xlsx", lambda target: tables.write_refused(report, target))
    if writes:
        messages.success(request, report.sentence())
        return redirect(back)
    context = {"report": report, "ending": ending, "shown": report.refused[:MOST_SHOWN], "heading": title, "back": back}
    return render(request, "matters/catalogue/table_preview.html", context)
