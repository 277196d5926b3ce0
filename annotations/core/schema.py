"""What the API's description (OpenAPI) says of answers: their shapes, and the one form of every error."""

from typing import Any

from drf_spectacular.plumbing import resolve_type_hint

ERROR = {
    "type": "object",
    "description": "`code` never changes; `message` is for people. Some codes carry more, which their texts tell.",
    "required": ["code", "message"],
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string"},
        "fields": {
            "type": "object",
            "description": "What is wrong with each field, by its name or place.",
            "additionalProperties": {},
        },
    },
    "additionalProperties": {},
}
_FORM = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
_TOLD = {
    400: "The request is wrong in itself.",
    401: "Nobody is signed in, or the API key is unknown, expired or revoked.",
    403: "The caller's role may not do this.",
    404: "There is no such thing, or none that the caller may know of.",
    409: "The thing's state, or the caller's account, does not permit it now.",
    413: "The request is larger than this site takes.",
    415: "The body is of another type than this route takes.",
    429: "That was very often.",
    503: "Something that the act needs does not answer, or nothing is served now.",
}
_OF_ALL = (400, 401, 403, 404, 409, 503)
_OF_BODIES = (413, 415)


def answer(shape: Any) -> dict[str, Any]:
    """The schema of a TypedDict, or of another type with hints: what a view is typed to give is what is described."""
    schema: dict[str, Any] = resolve_type_hint(shape)  # type: ignore[no-untyped-call]
    return schema


def add_errors(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Every operation with what it asks of callers, and the errors that it may answer beside those of its own view."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = ERROR
    for operations in result["paths"].values():
        for operation in operations.values():
            # Either will do; one requirement with both schemes would ask for both.
            operation["security"] = [{"apiKey": []}, {"session": []}]
            statuses = [*_OF_ALL, *(_OF_BODIES if "requestBody" in operation else ())]
            for status in statuses:
                described = {"description": _TOLD[status], **_FORM}
                operation["responses"].setdefault(str(status), described)
    return result


def too_often() -> dict[int, dict[str, Any]]:
    """The answer of a view that is slowed down, to stand beside its others."""
    return {429: ERROR}
