"""Every address of the site and the methods that its view accepts, found in the URL configuration."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from django.views.generic.edit import ProcessFormView

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Route:
    """`name` with its namespace; `parameters` maps each parameter of the path to its converter's class name."""

    name: str
    methods: frozenset[str]
    parameters: tuple[tuple[str, str], ...]


def routes() -> list[Route]:
    return sorted(_walk(get_resolver().url_patterns, ""), key=lambda route: route.name)


def _walk(patterns: list[Any], namespace: str) -> Iterator[Route]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner)
        else:
            yield Route(f"{namespace}{pattern.name}", methods_of(pattern.callback), _parameters(pattern))


def _parameters(pattern: URLPattern) -> tuple[tuple[str, str], ...]:
    assert isinstance(pattern.pattern, RoutePattern), (
        f"{pattern}: write paths with path(), not with re_path()"
    )
    return tuple((name, type(found).__name__) for name, found in pattern.pattern.converters.items())


def methods_of(view: Callable[..., Any]) -> frozenset[str]:
    """What the view answers to: the handlers of a class, or what `require_http_methods` lets through."""
    if handlers := getattr(view, "view_class", None) or getattr(view, "cls", None):
        return frozenset(method for method in METHODS if _handles(handlers, method.lower()))
    layer: Callable[..., Any] | None = view
    while layer is not None:
        if allowed := inspect.getclosurevars(layer).nonlocals.get("request_method_list"):
            return frozenset(allowed) & frozenset(METHODS)
        layer = getattr(layer, "__wrapped__", None)
    raise AssertionError(f"{view} accepts any method: add require_safe, require_POST or require_http_methods")


def _handles(view: type, method: str) -> bool:
    """Whether the class answers to the method. Django gives every form's view a PUT that nobody asked for."""
    handler = getattr(view, method, None)
    return method in view.http_method_names and handler not in {None, ProcessFormView.put}  # type: ignore[attr-defined]
