"""The models of occasions, one file a topic."""

from lastmeter.occasions.models.feeds import Feed
from lastmeter.occasions.models.occasion import Occasion, OccasionQuerySet
from lastmeter.occasions.models.series import DayOut, Series
from lastmeter.occasions.models.signups import CheckIn, Feedback, SignUp

__all__ = ["CheckIn", "DayOut", "Feed", "Feedback", "Occasion", "OccasionQuerySet", "Series", "SignUp"]
