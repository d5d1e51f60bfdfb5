"""The names of places as search tokens; the index beside the table is the database's own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lastmeter.grid.models.tree import Node


class SearchName(models.Model):
    """What a place is found by: its name as characters, bigrams and pinyin initials, separated by blanks."""

    node = models.OneToOneField(Node, on_delete=models.CASCADE, primary_key=True, related_name="search_name")
    tokens = models.TextField()

    class Meta:
        verbose_name = _("地名检索词")
