"""E-mail by SMTP, plain text in UTF-8."""

from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage

from lastmeter.notices.channels.parcel import Parcel, Undeliverable


def available() -> bool:
    """Whether LASTMETER_SMTP_HOST is set."""
    return bool(settings.EMAIL_HOST)


def send(parcel: Parcel) -> None:
    """Send one mail. A refusal of the recipient for good (5xx) raises Undeliverable, all else smtplib's errors."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(" >") or "localhost"
    message = EmailMessage(
        subject=parcel.subject.replace("\n", " ").replace("\r", " "),
        body=parcel.words,
        to=[parcel.address],
        # The same id on a second try: a mail that arrived although the worker was killed is not shown twice.
        headers={"Message-ID": f"<delivery-{parcel.id}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except SMTPRecipientsRefused as refused:
        codes = [code for code, _text in refused.recipients.values()]
        if codes and all(500 <= code < 600 for code in codes):
            raise Undeliverable(str(refused)) from refused
        raise
