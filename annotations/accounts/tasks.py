from celery import shared_task

from annotations.accounts import services


@shared_task(name="accounts.tell_of_ending_keys")
def tell_of_ending_keys() -> None:
    services.tell_of_ending_keys()
