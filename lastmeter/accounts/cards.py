"""Which entries of the desk's menu are for the three administrators alone."""

from django.http import HttpRequest

from lastmeter.accounts import administrators
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AdministratorKind


def keeps_accounts(request: HttpRequest) -> bool:
    """Whether this is the security administrator."""
    return _kind(request) == AdministratorKind.SECURITY


def reads_audit(request: HttpRequest) -> bool:
    """Whether this is the audit administrator."""
    return _kind(request) == AdministratorKind.AUDIT


def _kind(request: HttpRequest) -> str | None:
    actor: Actor = request.actor  # type: ignore[attr-defined]  # put there by accounts.middleware
    return administrators.kind_of(actor)


GATES = {"/people/": keeps_accounts, "/people/lost-phone/": keeps_accounts, "/audit/": reads_audit}
