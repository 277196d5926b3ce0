"""Mail: a text of a template, as plain text and as HTML made of it."""

import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from annotations.outgoing.errors import NotSent
from annotations.outgoing.models import OutgoingMessage
from annotations.outgoing.templates import TEMPLATES

_PERMANENT = 500


def send(message: OutgoingMessage, address: str, private: dict[str, str]) -> None:
    """One attempt. Raises NotSent: `mail_not_set_up`, `mail_refused` (final), `no_answer`."""
    if not settings.EMAIL_BACKEND:
        raise NotSent("mail_not_set_up")
    try:
        if not composed(message, address, private).send():
            raise NotSent("mail_refused", final=True)  # there is no address
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise NotSent("mail_refused", final=min(codes) >= _PERMANENT) from None
    except smtplib.SMTPResponseException as error:
        raise NotSent("mail_refused", final=error.smtp_code >= _PERMANENT) from None
    except (smtplib.SMTPException, OSError):
        raise NotSent("no_answer") from None


def composed(message: OutgoingMessage, address: str, private: dict[str, str]) -> EmailMultiAlternatives:
    """The mail. The first line of its text is the subject; its Message-ID stays, however often it is sent."""
    page = settings.SITE_ADDRESS + TEMPLATES[message.template].path(message.facts)
    context = {**message.facts, **private, "page": page}
    subject, _, text = render_to_string(f"outgoing/{message.template}.txt", context).strip().partition("\n")
    text = text.strip() + "\n"
    headers = {
        "Message-ID": f"<{message.pk}@{parseaddr(settings.MAIL_FROM)[1].rpartition('@')[2]}>",
        "Auto-Submitted": "auto-generated",
    }
    mail = EmailMultiAlternatives(subject.strip(), text, settings.MAIL_FROM, [address], headers=headers)
    mail.attach_alternative(
        render_to_string("outgoing/mail.html", {"text": text, "subject": subject}), "text/html"
    )
    return mail
