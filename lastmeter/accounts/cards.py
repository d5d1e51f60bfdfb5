"""Which entries of the desk's menu are for the three administrators alone."""

from django.http import HttpRequest

from lastmeter.accounts import administrators
from lastmeter.accounts.models import AdministratorKind
from lastmeter.accounts.requests import actor_in


def keeps_accounts(request: HttpRequest) -> bool:
    """Whether this is the security administrator."""
    return _kind(request) == AdministratorKind.SECURITY


def reads_audit(request: HttpRequest) -> bool:
    """Whether this is the audit administrator."""
    return _kind(request) == AdministratorKind.AUDIT


def _kind(request: HttpRequest) -> str | None:
    return administrators.kind_of(actor_in(request))


GATES = {"/people/": keeps_accounts, "/people/lost-phone/": keeps_accounts, "/audit/": reads_audit}
