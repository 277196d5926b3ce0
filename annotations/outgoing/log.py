"""The entries that this context writes."""

from annotations.audit.fields import CODE, COUNT, ID, NAME, one_of
from annotations.audit.registry import action
from annotations.outgoing.enums import Channel

_CHANNEL = one_of(Channel.choices)

QUEUED = action(
    "outgoing.queued",
    "A message is to leave by {channel}: {template} (to {target}, message {message})",
    {"message": ID, "channel": _CHANNEL, "target": NAME, "template": NAME},
)
SENT = action(
    "outgoing.sent",
    "A message left by {channel}: {template} (to {target}, attempts: {attempts}, message {message})",
    {"message": ID, "channel": _CHANNEL, "target": NAME, "template": NAME, "attempts": COUNT},
)
GIVEN_UP = action(
    "outgoing.given_up",
    "A message could not be sent by {channel}: {template} (to {target}, attempts: {attempts}, {code}; message "
    "{message})",
    {"message": ID, "channel": _CHANNEL, "target": NAME, "template": NAME, "attempts": COUNT, "code": CODE},
)
SENT_AGAIN = action(
    "outgoing.sent_again",
    "A message that could not be sent is to be tried again: {template} (to {target}, message {message})",
    {"message": ID, "target": NAME, "template": NAME},
)
FORGOTTEN = action(
    "outgoing.forgotten",
    "Outgoing messages forgotten after their time: {messages}, addresses of people: {addresses}",
    {"messages": COUNT, "addresses": COUNT},
)
