"""How far a clip is, for the submitter who sent it and for operators."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.accounts.may import only_own
from annotations.accounts.middleware import signed_in
from annotations.core.schema import answer
from annotations.redaction.answers import ProgressAnswer
from annotations.redaction.progress import progress_of


class ClipProgress(APIView):
    """`GET`: state, stage, percentage and, where there is one, the code of the reason."""

    @extend_schema(responses={200: answer(ProgressAnswer)})
    def get(self, request: Request, clip_id: uuid.UUID) -> Response:
        asked = request._request
        submitter = signed_in(asked) if only_own(asked) else None
        return Response(progress_of(clip_id, submitter).as_dict())
