from celery import shared_task

from annotations.moderation import services

# Many clips against a long list take hours; the lease, not a time limit, tells whether the worker is alive.
_UNLIMITED = 24 * 3600


@shared_task(name="moderation.screen")
def screen(run: str) -> None:
    services.screen(run)


@shared_task(name="moderation.forget_known_content")
def forget_known_content() -> None:
    services.forget_known_content()


@shared_task(name="moderation.recheck", soft_time_limit=_UNLIMITED, time_limit=_UNLIMITED + 60)
def recheck(recheck: str) -> None:
    services.recheck(recheck)
