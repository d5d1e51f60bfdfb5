"""日历订阅: the secret address under which somebody's own calendar reads what they signed up for."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User


class Feed(models.Model):
    """日历订阅: whoever has the token reads the calendar; a new one ends the old."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="feed")
    token = models.CharField(max_length=40, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("日历订阅")
