"""What an earlier database holds goes on."""

import pytest
from django.core.management import call_command

from annotations.break_glass import services as break_glass
from annotations.break_glass.models import BreakGlassAccess, CleanCopyRun
from tests import factories as make
from tests.engines import databases

pytestmark = pytest.mark.engines


def test_an_access_that_waited_for_its_copy_gets_a_run(fresh_database: str) -> None:
    engine = databases.databases()
    url = engine.copy(databases.TEMPLATE)
    databases.use(url)
    try:
        waiting, made = make.make_break_glass_access(copy=False), make.make_break_glass_access()
        call_command("migrate", "break_glass", "0002_accesses", verbosity=0)
        call_command("migrate", verbosity=0)
        run = CleanCopyRun.objects.get()
        assert (run.pk, run.state, run.attempts) == (waiting.pk, "queued", 0)
        break_glass.make_clean_copy(waiting.pk)
        assert BreakGlassAccess.objects.exclude(name="").count() == 2
        assert not CleanCopyRun.objects.filter(pk=made.pk).exists()
    finally:
        databases.use(fresh_database)
        engine.drop(url)
