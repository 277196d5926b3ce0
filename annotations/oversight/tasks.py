from celery import shared_task

from annotations.oversight import services

# A long log takes hours; its lease, not a time limit, tells whether the worker is alive.
_UNLIMITED = 24 * 3600


@shared_task(name="oversight.check_log", soft_time_limit=_UNLIMITED, time_limit=_UNLIMITED + 60)
def check_log(run: str) -> None:
    services.run_log_work(run)


@shared_task(name="oversight.anchor_log")
def anchor_log(run: str) -> None:
    services.run_log_work(run)


@shared_task(name="oversight.scan_for_alerts", soft_time_limit=110, time_limit=120)
def scan_for_alerts() -> None:
    services.scan_for_alerts()


@shared_task(name="oversight.sweep_exports")
def sweep_exports() -> None:
    services.sweep_exports()
