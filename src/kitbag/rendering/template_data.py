"""What templates of a course folder see: plain, read-only data, and no other object of the program.

`plain` is the one gate. It lets scalars through, copies sequences and mappings into read-only ones, puts a view in the
place of a model, and wraps the functions that are offered by name. A view shows the fields that `show` has listed for
its model and nothing else; it reads a field of the model when a template first asks for it. Anything that isn't listed
is a mistake of ours and raises TypeError, so no object reaches a template by accident.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any, ClassVar, Final

from markupsafe import Markup

SCALARS: Final = frozenset({str, Markup, int, bool, float, type(None), Decimal, date})
"""Types that are handed over as they are. None of their values can be changed, or leads to anything else."""

FUNCTIONS: Final = frozenset(
    "anchor chart cites cloze digest_of in_order line md media_href needs_list nonce_of note_text page_of"
    " page_policy picture size t".split()
)
"""The names under which templates may be given a function."""
WHOLE: Final = frozenset({"digest_of", "nonce_of", "page_policy"})
"""The functions of a whole page, whatever its length; others are given texts as long as an author's."""


class NotForTemplates(TypeError):
    """A value that no template may see, or one that a template can't give to a function."""


class View:
    """What templates see of a model: its listed fields, and no way to the model itself."""

    __slots__ = ("_source",)
    called: ClassVar[str]
    """What a message calls it: `Lesson`."""
    fields: ClassVar[tuple[str, ...]]
    functions: ClassVar[frozenset[str]]
    """The fields that are functions."""

    def __init__(self, source: object) -> None:
        """Take the model. Fields are read when they are asked for."""
        object.__setattr__(self, "_source", source)

    def __getattr__(self, name: str) -> Any:
        """Read a field of the model for the first time; its slot holds it from then on."""
        if name not in self.fields:
            raise AttributeError(name)
        value = getattr(object.__getattribute__(self, "_source"), name)
        shown = Function(value) if name in self.functions else plain(value)
        object.__setattr__(self, name, shown)
        return shown

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse any change."""
        raise AttributeError(name)

    def __delattr__(self, name: str) -> None:
        """Refuse any change."""
        raise AttributeError(name)

    def __repr__(self) -> str:
        """Say what it is, without an address in memory."""
        return f"<{self.called}>"


class Function:
    """A function that templates may call with plain data, and that answers with plain data."""

    __slots__ = ("_call", "whole")
    whole: bool
    """Whether it takes texts of any length."""

    def __init__(self, call: Callable[..., Any], *, whole: bool = False) -> None:
        """Take the function."""
        object.__setattr__(self, "_call", call)
        object.__setattr__(self, "whole", whole)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse any change."""
        raise AttributeError(name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function with the models behind the views. Raises NotForTemplates where an argument isn't data."""
        call = object.__getattribute__(self, "_call")
        return plain(call(*map(given, args), **{name: given(value) for name, value in kwargs.items()}))

    def __repr__(self) -> str:
        """Say what it is, without an address in memory."""
        return "<function>"


_VIEWS: Final[dict[type, type[View]]] = {}


def show(model: type, *fields: str, functions: tuple[str, ...] = ()) -> None:
    """List what templates may see of a model.

    Args:
        model: the class; instances of its subclasses are not shown.
        fields: the names of attributes and properties that are data.
        functions: the names of attributes that may be called.
    """
    names = (*fields, *functions)
    namespace = {
        "__slots__": names, "called": model.__name__.lstrip("_"), "fields": names, "functions": frozenset(functions),
    }  # fmt: skip
    # A class attribute of View can't share its name with a slot: a field of that name would hide what is shown.
    if not {"called", "fields", "functions"}.isdisjoint(names):
        raise ValueError(f"{model.__name__}: a field has a name that views need for themselves")
    _VIEWS[model] = type(f"{model.__name__}View", (View,), namespace)


def shown() -> Mapping[type, tuple[str, ...]]:
    """Return the fields of every model that templates may see."""
    return {model: view.fields for model, view in _VIEWS.items()}


def plain(value: Any, name: str = "") -> Any:
    """Return a value as templates see it.

    Args:
        value: the value.
        name: the name under which a template is given it; a function must be named in `FUNCTIONS`.

    Raises:
        NotForTemplates: the value is none that templates may see.
    """
    kind = type(value)
    if kind in SCALARS or isinstance(value, View) or kind is Function:
        return value
    view = _VIEWS.get(kind)
    if view is not None:
        return view(value)
    if name in FUNCTIONS and callable(value):
        return Function(value, whole=name in WHOLE)
    if isinstance(value, Enum):
        return plain(value.value)
    if kind in (tuple, list):
        return tuple(map(plain, value))
    if kind in (dict, MappingProxyType) or kind is type({}.items()):
        return MappingProxyType({plain(key): plain(held) for key, held in dict(value).items()})
    raise NotForTemplates(f"{name or 'a value'}: templates may not see {kind.__module__}.{kind.__qualname__}")


def given(value: Any) -> Any:
    """Return what a template gives to a function, with models in the place of views.

    Raises:
        NotForTemplates: it is neither data nor a view.
    """
    kind = type(value)
    if kind in SCALARS:
        return value
    if isinstance(value, View):
        return object.__getattribute__(value, "_source")
    if kind in (tuple, list):
        return tuple(map(given, value))
    if kind in (dict, MappingProxyType):
        return {given(key): given(held) for key, held in value.items()}
    raise NotForTemplates(f"a function can't be given {describe(value)}")


def describe(value: object) -> str:
    """Return what a value is, in a template author's words."""
    if isinstance(value, View):
        return f"a {value.called}"
    names: Iterator[tuple[type, str]] = iter(
        ((str, "a text"), (bool, "a flag"), (int, "a number"), (float, "a number"), (Decimal, "a number"),
         (date, "a day"), (tuple, "a list"), (list, "a list"), (Mapping, "a mapping"))
    )  # fmt: skip
    return next((text for kind, text in names if isinstance(value, kind)), f"a {type(value).__name__}")
