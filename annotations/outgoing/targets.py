"""Whom the site tells things: the targets that its settings name, and no others."""

from dataclasses import dataclass

from django.conf import settings

from annotations.outgoing.enums import Channel, Topic


@dataclass(frozen=True)
class Target:
    """`address` is of a mailbox, or the https address of a webhook."""

    name: str
    channel: Channel
    address: str


def targets() -> dict[str, Target]:
    """All of them by name: MAIL_TARGETS and WEBHOOK_TARGETS."""
    mail = [Target(name, Channel.MAIL, address) for name, address in settings.MAIL_TARGETS.items()]
    hooks = [Target(name, Channel.WEBHOOK, address) for name, address in settings.WEBHOOK_TARGETS.items()]
    return {each.name: each for each in (*mail, *hooks)}


def targets_of(topic: str) -> list[Target]:
    """Those that are told about the topic; a check names what the settings misspell."""
    known = targets()
    return [known[name] for name in settings.NOTIFY[topic] if name in known]


def topics_of(name: str) -> list[Topic]:
    """What the target is told about."""
    return [topic for topic in Topic if name in settings.NOTIFY[topic]]
