"""Rules of retention as officers decided them, and legal holds."""

from django.db import models
from django.db.models import F, Q

from annotations.core import clock, ids
from annotations.rights.enums import ScopeKind
from annotations.rights.retention.enums import KeptState, LegalHoldState, RuleState
from annotations.rights.rules import STANDING


class RetentionRule(models.Model):
    """A version of the rule for one state: the last one in force holds, and all of them stay.

    `effective_at` is when it takes effect, for one that keeps something shorter than the one before; None: at once.
    `reason` is shown on the register, so it says nothing of anybody; the entry of the log has it too.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    kept_state = models.CharField(max_length=16, choices=KeptState)
    version = models.PositiveIntegerField()
    original_days = models.PositiveSmallIntegerField()
    rest_days = models.PositiveSmallIntegerField()
    reason = models.TextField(blank=True)  # empty: the default's reason, in `retention.reasons`
    state = models.CharField(max_length=16, choices=RuleState, default=RuleState.IN_FORCE)
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField(default=clock.now)
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)
    effective_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kept_state", "version"], name="retentionrule_version_once"),
            models.UniqueConstraint(
                fields=["kept_state"],
                condition=Q(state=RuleState.PROPOSED),
                name="retentionrule_one_proposal",
            ),
            models.CheckConstraint(
                condition=Q(original_days__lte=F("rest_days")), name="retentionrule_original_first"
            ),
            models.CheckConstraint(
                condition=Q(kept_state__in=KeptState.values), name="retentionrule_state_known"
            ),
            models.CheckConstraint(
                condition=Q(decided_by="")
                | ~Q(decided_by=F("asked_by"))
                | Q(state__in=[RuleState.REFUSED, RuleState.TAKEN_BACK]),
                name="retentionrule_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state=RuleState.ANNOUNCED) | Q(effective_at__isnull=False),
                name="retentionrule_announced_for_when",
            ),
        ]


class LegalHold(models.Model):
    """An order to keep a clip, or the clips of a camera or an owner, until a day. Two officers stand for each step.

    `asked_by` asked for the step that waits, nobody when none does; `first_officer` asked for the last one that was
    carried out, and `second_officer` agreed to it. `until_asked` is the day that an extension asks for. What they wrote
    is on the log only.
    """

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    kind = models.CharField(max_length=16, choices=ScopeKind)
    target = models.CharField(max_length=64)
    owner = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=LegalHoldState, default=LegalHoldState.ASKED)
    until = models.DateTimeField()
    until_asked = models.DateTimeField(null=True)
    asked_by = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField(default=clock.now)
    first_officer = models.CharField(max_length=64, blank=True)
    second_officer = models.CharField(max_length=64, blank=True)
    placed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "target"],
                condition=Q(state__in=[LegalHoldState.ASKED, *STANDING]),
                name="legalhold_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LegalHoldState.values), name="legalhold_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=STANDING)
                | (
                    ~Q(second_officer="") & ~Q(second_officer=F("first_officer")) & Q(placed_at__isnull=False)
                ),
                name="legalhold_two_people",
            ),
        ]
        indexes = [
            models.Index(fields=["until"], condition=Q(ended_at=None), name="legalhold_running"),
            models.Index(fields=["owner"], name="legalhold_of_owner"),
        ]

    @property
    def stands(self) -> bool:
        return self.state in STANDING
