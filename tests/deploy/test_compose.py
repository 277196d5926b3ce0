"""The production column as Compose and Docker would read it (neither runs here)."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from reviewapp.settings.programs import (
    JOURNAL,
    LOG,
    NEEDS,
    RECEIPTS,
    SECRETS,
    SESSIONS,
    SUBJECT_STORE,
    SUBJECTS,
    VAULT,
)
from tests.engines.programs import forker

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
RUNNING = ("migrate", "web", "worker-redact", "worker", "beat", "sequencer", "worker-outside")
OURS = (*RUNNING, "command", "log-command")
VALUES = {
    "SITE_HOST": "review.example.org",
    "POSTGRES_PASSWORD": "one",
    "OWNER_DATABASE_PASSWORD": "two",
    "APP_DATABASE_PASSWORD": "three",
    "SEQUENCER_DATABASE_PASSWORD": "five",
    "AUDIT_WITNESSES": "",
    "REDIS_PASSWORD": "four",
    "SUBJECTS_DATABASE_PASSWORD": "five",
    "SECRETS_DIR": "/secrets",
    "TLS_DIR": "/tls",
    "DECODE_WITHOUT_LANDLOCK": "0",
    "REDACT_WITHOUT_SECOND_OPINION": "0",
    "CONTROLLER_NAME": "Porch Watch B.V.",
    "CONTROLLER_CONTACT": "privacy@porch.example",
    "OFFICER_CONTACT": "dpo@porch.example",
    "TRANSFER_SAFEGUARD": "",
    "OIDC_ISSUER": "https://login.example.org",
    "OIDC_CLIENT_ID": "review",
    "OIDC_NAME": "Porch Watch",
    "OIDC_ROLES": "admins=operator, annotators=contractor",
    "OIDC_ACR_VALUES": "",
    "MAIL_URL": "smtp://site:six@mail.example.org",
    "MAIL_FROM": "site@review.example.org",
    "MAIL_TARGETS": "officers dpo@porch.example",
    "WEBHOOK_TARGETS": "pager https://pager.example/in",
    "NOTIFY_ALERTS": "officers,pager",
    "NOTIFY_OPERATIONS": "pager",
    "NOTIFY_DELETIONS": "",
    "NOTIFY_KEYS": "pager",
    "NOTIFY_REQUESTS": "officers",
    "ALLOWED_NETWORKS": "contractor 192.0.2.0/24 2001:db8:7::/48",
}
VARIABLE = re.compile(r"\$\{(\w+)(?::\?[^}]*)?\}")


def filled(value: str) -> str:
    return VARIABLE.sub(lambda match: VALUES[match[1]], value)


def environment(service: str, tmp_path: Path) -> dict[str, str]:
    """What the service's programs find in their environment, with files in place of its secrets and volumes."""
    files = {f"/run/secrets/{name}": tmp_path / name for name in COMPOSE["secrets"]}
    for name in COMPOSE["secrets"]:
        line = f"pager:{base64.b64encode(b'k' * 32).decode()}"
        content = "s3cret-" + "x" * 60 if name == "secret_key" else line
        (tmp_path / name).write_text(content)
    variables = {name: filled(value) for name, value in SERVICES[service]["environment"].items()}
    image = dict(re.findall(r"(\w+)=(\S+)", re.search(r"^ENV PATH(.*?)^USER", dockerfile(), re.S | re.M)[1]))  # type: ignore[index]
    given = {name: str(files.get(value, value)) for name, value in variables.items()}
    return {"PATH": os.environ["PATH"], **image, **given, "MODELS_DIR": str(settings.MODELS_DIR)}


def dockerfile() -> str:
    return (DEPLOY / "Dockerfile").read_text()


def commands() -> dict[str, list[str]]:
    """Each service's command lines as words; the image's own where it names none."""
    default = json.loads(re.search(r"^CMD (\[.*\])$", dockerfile(), re.M)[1])  # type: ignore[index]
    return {name: [str(word) for word in SERVICES[name].get("command", default)] for name in OURS}


def test_the_services_are_those_of_the_production_column() -> None:
    assert set(SERVICES) == {"postgres", "subjects", "redis", "nginx", *OURS}


def test_every_variable_is_in_the_example() -> None:
    example = dict(
        line.split("=", 1)
        for line in (DEPLOY / "env.example").read_text().splitlines()
        if "=" in line and line[0] != "#"
    )
    used = set(VARIABLE.findall((DEPLOY / "compose.yaml").read_text()))
    assert used == set(example) == set(VALUES)
    assert [name for name, value in example.items() if "PASSWORD" in name and value] == []


@pytest.mark.parametrize("service", OURS)
def test_every_service_starts_with_its_settings(service: str, tmp_path: Path) -> None:
    """Django's security checks in the service's environment find nothing; a missing variable would stop the start."""
    options = ("--deploy", "--tag", "security", "--fail-level", "WARNING")
    log = tmp_path / "check.log"
    with log.open("wb") as file:
        check = forker().start(("manage.py", "check", *options), environment(service, tmp_path), file)
    assert check.wait(60) == 0, log.read_text()


def test_only_migrations_run_as_the_owner_of_the_tables() -> None:
    assert [name for name in OURS if "review_owner" in str(SERVICES[name]["environment"])] == ["migrate"]
    for name in OURS:
        if name != "migrate":
            assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_the_programs_and_commands_exist() -> None:
    for name, words in commands().items():
        for part in " ".join(words).removeprefix("sh -c ").split(" && "):
            program, *rest = part.split()
            assert shutil.which(program, path=Path(sys.executable).parent), f"{name}: {program}"
            if rest[0] == "manage.py":
                assert rest[1] in get_commands()


def test_the_workers_take_every_queue_that_tasks_are_sent_to(settings: Any) -> None:
    taken = {
        queue
        for words in commands().values()
        if "--queues" in words
        for queue in words[words.index("--queues") + 1].split(",")
    }
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert taken == routed | {settings.CELERY_TASK_DEFAULT_QUEUE}


def test_our_programs_have_no_privileges_and_no_way_out_but_one_that_decodes_nothing() -> None:
    for name in OURS:
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        outside = name == "worker-outside"
        assert service["networks"] == (["inside", "outside"] if outside else ["inside"])
        assert not outside or service["volumes"] == []
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert re.search(r"^USER review$", dockerfile(), re.M)


@pytest.mark.parametrize("service", OURS)
def test_every_service_is_given_the_secrets_of_its_row_and_no_others(service: str) -> None:
    variables = SERVICES[service]["environment"]
    assert variables["PROGRAM"] == service
    assert {name for name in SECRETS if name in variables} == NEEDS[service]
    # A file is there for each variable that names one, and none besides.
    named = {value.removeprefix("/run/secrets/") for value in variables.values() if "/run/secrets/" in value}
    assert named == set(SERVICES[service].get("secrets", []))


def test_the_table_has_a_row_for_every_service() -> None:
    assert set(NEEDS) == set(OURS)


def test_whoever_may_call_out_can_open_nothing() -> None:
    outside = [name for name in OURS if "outside" in SERVICES[name]["networks"]]
    assert outside == ["worker-outside"]
    assert NEEDS["worker-outside"].isdisjoint(
        {VAULT, SUBJECTS, SUBJECT_STORE, SESSIONS, RECEIPTS, JOURNAL, LOG}
    )


def test_only_the_sequencer_has_the_log_s_keys_and_may_write_its_tree() -> None:
    both = ["sequencer", "log-command"]
    for given in ("AUDIT_KEYS_DIR", "review_sequencer:"):
        assert [name for name in OURS if given in str(SERVICES[name]["environment"])] == both
    mounting = [name for name in SERVICES if "log-keys" in str(SERVICES[name].get("volumes"))]
    assert mounting == both


def test_whoever_acts_on_clips_writes_the_journal_and_nothing_sets_it_back() -> None:
    """Beat, the sequencer and whoever calls out do nothing that the journal tells of."""
    writing = {name for name in OURS if "journal:/srv/journal" in SERVICES[name]["volumes"]}
    assert writing == set(OURS) - {"beat", "sequencer", "log-command", "worker-outside"}
    assert "journal" in COMPOSE["volumes"]
    migrating = " ".join(SERVICES["migrate"]["command"])
    assert (
        migrating.index("migrate --no-input")
        < migrating.index("restore --replay")
        < migrating.index("ensure")
    )


def test_only_nginx_is_reachable_and_it_cannot_write_media() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    mounts = [volume for volume in SERVICES["nginx"]["volumes"] if "media" in volume or "static" in volume]
    assert mounts
    assert all(volume.endswith(":ro") for volume in mounts)


def test_the_image_copies_what_exists_and_leaves_secrets_out() -> None:
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile(), re.M):
        for name in source.split():
            assert (ROOT / name).exists(), name
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[0] == "*", "everything is left out but what is named"
    assert {line[1:] for line in ignored if line.startswith("!")} >= {"annotations", "reviewapp", "manage.py"}


def test_the_roles_script_is_sound_and_makes_every_role() -> None:
    script = DEPLOY / "postgres" / "roles.sh"
    subprocess.run(["sh", "-n", script], check=True)
    assert os.access(script, os.X_OK)
    for role in ("review_owner", "review_app", "review_sequencer"):
        assert f"CREATE ROLE {role} LOGIN" in script.read_text()


def test_the_documentation_names_every_variable_that_production_reads() -> None:
    settings_source = (ROOT / "reviewapp" / "settings" / "production.py").read_text()
    read = set(
        re.findall(
            r"(?:environment|programs)\.(?:text|items|number|keyring|witnesses)\(\s*\"(\w+)\"",
            settings_source,
        )
    ) | set(SECRETS)
    documented = set(re.findall(r"^\| `(\w+)`", (ROOT / "docs" / "deployment.md").read_text(), re.MULTILINE))
    assert read
    assert read - documented == set()


def test_the_documentation_has_the_table_of_who_is_given_what() -> None:
    text = (ROOT / "docs" / "keys.md").read_text().partition("\n## How much lies")[0]
    head, _, *rows = [line.strip("| ").split("|") for line in text.splitlines() if line.startswith("|")]
    columns = [re.findall(r"`(\w+)`", cell) for cell in head]
    told = {}
    for row in rows:
        cells = [cell.strip() for cell in row] + [""] * (len(columns) - len(row))
        given = {name for names, cell in zip(columns[1:], cells[1:], strict=True) if cell for name in names}
        told[cells[0].strip("`")] = given
    assert told == NEEDS
