"""The labeling API: what the workbench page calls. Every id is a random one, and only one's own opens anything."""

import uuid
from collections.abc import Mapping
from math import ceil
from typing import IO, Any, NoReturn, cast

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from annotations.accounts.middleware import actor_of
from annotations.accounts.models import User
from annotations.clips.enums import Purpose
from annotations.core.errors import Conflict, Missing, TooMany
from annotations.core.schema import answer, too_often
from annotations.redaction import delivery
from annotations.review import selectors, services, workbench
from annotations.review.answers import Address, Claimed, Extended, Next, OffScreen, Saved
from annotations.review.models import ReviewTask
from annotations.review.rules import KEEPS_DRAFT
from annotations.review.serializers import (
    ClaimSerializer,
    DraftSerializer,
    FlagSerializer,
    MissedRegionsSerializer,
    SkipSerializer,
    SubmitSerializer,
    WatchedSerializer,
)
from annotations.review.services.support import require_lease, require_time
from annotations.review.throttle import PersonThrottle

_NEXT = {200: answer(Next)}
_WATCHED = {200: answer(OffScreen), 204: None, **too_often()}
_ADDRESS = {200: answer(Address), **too_often()}


class NestedJSONParser(JSONParser):
    """JSON; nested beyond what Python can follow is the caller's fault, not ours."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("This JSON is nested too deeply.") from None


class ReviewerView(APIView):
    """A call by a signed-in reviewer."""

    parser_classes = (NestedJSONParser,)
    throttle_classes = (PersonThrottle,)
    throttle_scope: str | None = None

    def throttled(self, request: Request, wait: float | None) -> NoReturn:
        seconds = max(1, ceil(wait or 0))
        raise TooMany("slow_down", f"That was very often. Try again in {seconds} seconds.", seconds=seconds)

    @property
    def reviewer(self) -> User:
        return cast(User, self.request.user)  # the permission matrix lets nobody else in

    def read(self, serializer: type[Serializer[None]]) -> dict[str, Any]:
        """The request's body as the serializer understands it."""
        sent = serializer(data=self.request.data)
        sent.is_valid(raise_exception=True)
        return cast(dict[str, Any], sent.validated_data)

    def onward(self) -> Response:
        """Where to go next."""
        return Response({"next": workbench.address(services.next_clip(self.reviewer))})


class Claim(ReviewerView):
    """`POST`: the next clip, or with `current` the one to fetch ahead; 204 when there is none."""

    throttle_scope = "claim"

    @extend_schema(request=ClaimSerializer, responses={200: answer(Claimed), 204: None, **too_often()})
    def post(self, request: Request) -> Response:
        current = self.read(ClaimSerializer)["current"]
        reviewer = self.reviewer
        assignment = services.prefetch(reviewer, current) if current else services.next_clip(reviewer)
        return Response(workbench.present(assignment)) if assignment else Response(status=204)


class MediaToken(ReviewerView):
    """`POST`: an address at which this session may fetch the clip for a minute. Logged as a view."""

    throttle_scope = "token"

    @extend_schema(request=None, responses=_ADDRESS)
    def post(self, request: Request, assignment_id: uuid.UUID) -> Response:
        assignment = selectors.own(self.reviewer, assignment_id)
        if assignment is None:
            raise Missing("assignment_missing", "You have no such clip to label.")
        require_time(assignment)
        holder = ("assignment", str(assignment.public_id))
        grant = delivery.grant(request._request, assignment.clip, Purpose.LABELING, holder)
        return Response({"url": grant.url, "expires_at": grant.expires_at})


class SaveDraft(ReviewerView):
    """`PUT`: saves the labels as they are; 409 `draft_conflict` when another tab saved since."""

    @extend_schema(request=DraftSerializer, responses={200: answer(Saved)})
    def put(self, request: Request, assignment_id: uuid.UUID) -> Response:
        sent = self.read(DraftSerializer)
        revision = services.save_draft(self.reviewer, assignment_id, sent["revision"], sent["body"])
        return Response({"revision": revision})


class Submit(ReviewerView):
    """`POST`: hands in the labels, once."""

    @extend_schema(request=SubmitSerializer, responses=_NEXT)
    def post(self, request: Request, assignment_id: uuid.UUID) -> Response:
        sent = self.read(SubmitSerializer)
        services.submit(self.reviewer, assignment_id, sent["body"], sent["revision"])
        return self.onward()


class Extend(ReviewerView):
    """`POST`: the full time again."""

    throttle_scope = "extend"

    @extend_schema(request=None, responses={200: answer(Extended), **too_often()})
    def post(self, request: Request, assignment_id: uuid.UUID) -> Response:
        assignment = services.extend(self.reviewer, assignment_id)
        return Response({"lease_until": workbench.moment(assignment.lease_until)})


class Skip(ReviewerView):
    """`POST`: passes the clip on to somebody else."""

    @extend_schema(request=SkipSerializer, responses=_NEXT)
    def post(self, request: Request, assignment_id: uuid.UUID) -> Response:
        sent = self.read(SkipSerializer)
        services.skip(self.reviewer, assignment_id, sent["reason"], sent["note"])
        return self.onward()


class Flag(ReviewerView):
    """`POST`: takes the clip out of every queue."""

    @extend_schema(request=FlagSerializer, responses=_NEXT)
    def post(self, request: Request, assignment_id: uuid.UUID) -> Response:
        sent = self.read(FlagSerializer)
        services.flag(self.reviewer, assignment_id, sent["category"], sent["note"])
        return self.onward()


class MissedRegions(ReviewerView):
    """`POST`: holds the clip and hides what is in these boxes."""

    @extend_schema(request=MissedRegionsSerializer, responses=_NEXT)
    def post(self, request: Request, assignment_id: uuid.UUID) -> Response:
        regions = [dict(region) for region in self.read(MissedRegionsSerializer)["regions"]]
        services.report_missed_regions(self.reviewer, assignment_id, regions)
        return self.onward()


class Watched(ReviewerView):
    """`POST`: what the browser says was on screen; 200 with `stands` false when the clip must not stay there.

    The page reports every few seconds, and a page that only plays learns here that the clip was taken away: an answer
    to an ordinary question, not an error of the page's.
    """

    throttle_scope = "watched"

    @extend_schema(request=WatchedSerializer, responses=_WATCHED)
    def post(self, request: Request, assignment_id: uuid.UUID) -> Response:
        try:
            services.record_watched(self.reviewer, assignment_id, self.read(WatchedSerializer)["ranges"])
            assignment = selectors.own(self.reviewer, assignment_id)
            if assignment and assignment.state in KEEPS_DRAFT:
                require_lease(assignment)
        except Conflict as error:
            return Response({"stands": False, **error.as_dict()})
        return Response(status=204)


class TaskMediaToken(ReviewerView):
    """`POST`: the same for a lead who settles the task."""

    throttle_scope = "token"

    @extend_schema(request=None, responses=_ADDRESS)
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        task = ReviewTask.objects.select_related("clip__owner").filter(public_id=task_id).first()
        if task is None:
            raise Missing("task_missing", "There is no such task.")
        grant = delivery.grant(request._request, task.clip, Purpose.LABELING)
        return Response({"url": grant.url, "expires_at": grant.expires_at})


class TaskWatched(ReviewerView):
    """`POST`: what the lead's browser says was on screen; answers as `Watched` does."""

    throttle_scope = "watched"

    @extend_schema(request=WatchedSerializer, responses=_WATCHED)
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        ranges = self.read(WatchedSerializer)["ranges"]
        try:
            services.record_watched_by_lead(task_id, ranges, actor_of(request._request))
        except Conflict as error:
            return Response({"stands": False, **error.as_dict()})
        return Response(status=204)
