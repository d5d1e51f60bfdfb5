"""How a request's user is read: with which administrator they are, so that no page asks for that by itself."""

from django.contrib.auth.backends import ModelBackend
from django.db.models import OuterRef, Subquery

from lastmeter.accounts.models import Administrator, User


class Accounts(ModelBackend):
    """Django's own backend; the user of a request comes with `administers` (a kind of administrator, or None)."""

    def get_user(self, user_id: int) -> User | None:
        """The user by id; None for one who may not sign in (any more)."""
        kinds = Administrator.objects.filter(user=OuterRef("pk"), until=None).order_by("pk").values("kind")
        # Not first(): its ORDER BY makes Django compare the subquery with every column, which takes longest of all.
        user = next(iter(User.objects.annotate(administers=Subquery(kinds[:1])).filter(pk=user_id)), None)
        return user if user is not None and self.user_can_authenticate(user) else None
