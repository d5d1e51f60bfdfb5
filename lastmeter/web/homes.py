"""The three homes: cards gathered from the packages; the resident's has the place and its people on top.

A `HERO` gives a mapping: place (line above), title, name, role, note, phone, href (page of the grid);
each may be missing.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lastmeter.web import cards, navigation
from lastmeter.web.tiles import TILES


@require_safe
def resident(request: HttpRequest) -> HttpResponse:
    """`/`: who is mine, say something, services, my matters."""
    tiles = [(entry, href) for entry in TILES if (href := navigation.address(entry))]
    return render(
        request,
        "web/homes/resident.html",
        {
            "hero": cards.hero(request),
            "tiles": tiles,
            "cards": cards.render(request, "resident"),
        },
    )


@require_safe
def field(request: HttpRequest) -> HttpResponse:
    """`/field/`: what to do first."""
    return render(request, "web/homes/field.html", {"cards": cards.render(request, "field")})


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """`/desk/`: what waits at this desk."""
    return render(request, "web/homes/desk.html", {"cards": cards.render(request, "desk")})
