import uuid

from celery import shared_task

from annotations.outgoing import services


@shared_task(name="outgoing.send", soft_time_limit=600, time_limit=630)
def send(message: str) -> None:
    services.send(uuid.UUID(message))


@shared_task(name="outgoing.forget")
def forget() -> None:
    services.forget()
