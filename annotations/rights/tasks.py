from celery import shared_task

from annotations.rights import services


@shared_task(name="rights.forget_answers")
def forget_answers() -> None:
    services.forget_answers()
