"""Goes through everything that a template can reach from what it is given, and fails on anything but plain data."""

from collections.abc import Iterator, Mapping
from types import BuiltinMethodType, MappingProxyType, MethodType
from typing import Any

import pytest
from jinja2 import Undefined
from jinja2.runtime import BlockReference, Macro, TemplateReference
from jinja2.utils import Namespace

from kitbag.rendering.course_templates import ATTRIBUTES, CourseEnvironment, CourseTemplate
from kitbag.rendering.environment import MixedEnvironment
from kitbag.rendering.template_data import SCALARS, Function, View

Given = list[tuple[str, CourseEnvironment, dict[str, Any]]]


def texts(environment: CourseEnvironment, values: Mapping[str, Any]) -> Iterator[str]:
    """Give every text that a template can reach, and fail on what isn't plain data."""
    waiting: list[tuple[str, Any]] = list(values.items())
    seen: set[int] = set()
    kept: list[Any] = []
    while waiting:
        path, value = waiting.pop()
        kind = type(value)
        if kind not in SCALARS:
            if id(value) in seen:
                continue
            seen.add(id(value))
            kept.append(value)
        with environment.meter.page():
            _attributes(environment, path, value)
        if kind in SCALARS:
            if isinstance(value, str):
                yield value
        elif isinstance(value, View):
            waiting += [(f"{path}.{name}", environment.getattr(value, name)) for name in value.fields]
        elif kind in (tuple, list):
            waiting += [(f"{path}[{place}]", part) for place, part in enumerate(value)]
        elif kind in (dict, MappingProxyType):
            waiting += [(f"{path} key", key) for key in value]
            waiting += [(f"{path}[{key}]", part) for key, part in value.items()]
        else:
            assert _is_harmless(value), f"{path} is {kind.__module__}.{kind.__qualname__}"


def _is_harmless(value: Any) -> bool:
    """Tell whether a value is one that templates make themselves, and that has nothing but what they put in."""
    if isinstance(value, BuiltinMethodType | MethodType):
        return value.__name__ in ATTRIBUTES[type(value.__self__)]
    made = (Function, Macro, Namespace, TemplateReference, BlockReference)
    return type(value) in made or value is Namespace or isinstance(value, Undefined)


def _attributes(environment: CourseEnvironment, path: str, value: Any) -> None:
    """Fail where any attribute can be read that isn't listed, by a dot or in brackets."""
    if isinstance(value, Undefined):
        return
    listed = value.fields if isinstance(value, View) else ATTRIBUTES.get(type(value), ())
    for name in {*dir(value), "__class__", "__dict__", "__globals__", "_source", "_call"} - set(listed):
        assert isinstance(environment.getattr(value, name), Undefined), f"{path}.{name}"
        assert isinstance(environment.getitem(value, name), Undefined), f"{path}[{name}]"


def given_to_templates(patch: pytest.MonkeyPatch) -> Given:
    """Let templates run as ever, and note what each is given. The list grows with every page.

    Each template runs as if the course had put its own in its place.
    """
    given: Given = []
    render = CourseTemplate.render

    def noting(self: CourseTemplate, *args: Any, **kwargs: Any) -> str:
        from kitbag.rendering.template_data import plain

        values = {name: plain(value, name) for name, value in dict(*args, **kwargs).items()}
        given.append((str(self.name), self.environment, {**self.environment.globals, **values}))
        return render(self, values)

    patch.setattr(CourseTemplate, "render", noting)
    patch.setattr(MixedEnvironment, "_look", lambda *_: True)
    return given
