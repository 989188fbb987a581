"""The environment in which templates of a course folder run, and the theme's templates with them.

Nothing a template says is trusted. It works on plain data (`template_data`), and everything it can do to that data is
listed here: attributes by exact type, filters, tests, functions and operators. What isn't listed isn't there. All of
it counts as work (`template_limits`). The theme's templates run under the same rules as soon as a course has templates
of its own, because those can change what the theme's include and extend.
"""

import operator
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, Sequence, ValuesView
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import wraps
from itertools import islice
from types import BuiltinMethodType, MappingProxyType, MethodType
from typing import Any, Final, NoReturn

from jinja2 import StrictUndefined, Template, TemplateNotFound, TemplateSyntaxError, Undefined, nodes, pass_eval_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.filters import do_join, do_replace, make_attrgetter
from jinja2.nodes import EvalContext
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, TemplateReference, markup_join
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import Namespace, htmlsafe_json_dumps
from markupsafe import Markup

from kitbag.fields import LONGEST_TEXT
from kitbag.rendering import template_fields  # noqa: F401 - lists what templates see
from kitbag.rendering.template_data import SCALARS, Function, NotForTemplates, View, describe, given, plain
from kitbag.rendering.template_limits import (
    ALL_NODES,
    LARGEST_NUMBER,
    LEVELS,
    LONGEST,
    LOOPS,
    MOST,
    NODES,
    OPERATIONS,
    WIDEST,
    CourseTemplateError,
    Meter,
    OverLimit,
)
from kitbag.rendering.theme_code import ThemeEnvironment

_TEXT: Final = frozenset(
    "capitalize casefold count endswith find isalnum isalpha isascii isdecimal isdigit islower isnumeric isspace"
    " istitle isupper lower lstrip partition removeprefix removesuffix rfind rpartition rsplit rstrip split splitlines"
    " startswith strip swapcase title upper".split()
)
_MAPPING: Final = frozenset({"get", "items", "keys", "values"})
ATTRIBUTES: Final[Mapping[type, frozenset[str]]] = {
    str: _TEXT,
    Markup: _TEXT,
    dict: _MAPPING,
    MappingProxyType: _MAPPING,
    date: frozenset({"day", "month", "year"}),
    LoopContext: frozenset(
        "changed cycle depth depth0 first index index0 last length nextitem previtem revindex revindex0".split()
    ),
    BlockReference: frozenset({"super"}),
}
"""The attributes that templates may read, besides the fields of views, by the exact type of the value."""

TEXT_FILTERS: Final = frozenset(
    "capitalize e escape forceescape inline lower markdown plain replace string striptags title trim truncate upper"
    " urlencode wordcount".split()
)
"""Filters of a text, a number or the like."""
FILTERS: Final = TEXT_FILTERS | frozenset(
    "abs batch count d day dealt default dictsort duration filesizeformat first float int items join last length list"
    " map max min reject rejectattr reverse round safe select selectattr slice sort sum tojson unique when".split()
)
"""Every filter that templates may use."""
TESTS: Final = frozenset(
    "!= < <= == > >= boolean defined divisibleby eq equalto even false float ge greaterthan gt in integer iterable le"
    " lessthan lower lt mapping ne none number odd sequence string true undefined upper".split()
)
"""Every test that templates may use."""

_MADE_HERE: Final = (View, Function, Macro, Namespace, Undefined, TemplateReference, BlockReference, MappingProxyType)
"""What may be handed on besides scalars and lists."""
_NUMBERS: Final = frozenset({int, bool, float, Decimal})
_TEXTS: Final = frozenset({str, Markup})
_MAPPINGS: Final = frozenset({dict, MappingProxyType})
_SEQUENCES: Final = frozenset({tuple, list, str, Markup})
_INNER: Final = (nodes.For, nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.AssignBlock, nodes.With)
"""Tags inside which Python allows no more than a few others."""
_SLOW: Final = frozenset({"inline", "markdown", "plain", "striptags", "title", "urlencode", "wordcount"})
_AT_ONCE: Final = frozenset({"count", "d", "default", "first", "last", "length", "safe"})
"""Filters that don't go through what they are given."""
_TAKES_TEXTS: Final = frozenset({"d", "default", "join", "replace"})
"""Filters that may be given a long text besides what they filter."""
_OF_NUMBERS: Final = frozenset({"divisibleby", "even", "odd"})
"""Tests of a number. They calculate with `%`, which would fill in a text."""
_CUTTING: Final = frozenset({"rsplit", "split", "splitlines"})
_LONGEST_CUT: Final = 1_000_000
"""Characters of a text that is cut up."""
_LETTER_BY_LETTER: Final = frozenset({"lstrip", "rfind", "rpartition", "rsplit", "rstrip", "strip", "trim"})
"""Methods and filters that may look through what they are given once for each letter of the text."""
_LISTS: Final = FILTERS - TEXT_FILTERS - {"count", "d", "default", "first", "last", "length", "safe"}
_WIDTHS: Final = frozenset({"batch", "dealt", "round", "slice", "truncate"})
_OPERATORS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}


class CourseCode(CodeGenerator):
    """Compiles templates so that the environment sees every step they take."""

    environment: "CourseEnvironment"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what Jinja gives."""
        super().__init__(*args, **kwargs)
        self._turns: dict[int, int] = {}
        """The steps of one turn, by the identity of what a loop goes through."""
        self._compared: set[int] = set()
        """The identities of what is compared and may be long."""

    def visit_For(self, node: nodes.For, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        """Compile a loop that counts its turns."""
        within = sum(1 for _ in node.find_all(nodes.Node))
        self._turns[id(node.iter)] = 1 + within // 8
        super().visit_For(node, frame)

    def visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> None:
        """Compile any part; what a loop goes through is counted, and so is what is compared."""
        steps = self._turns.pop(id(node), 0)
        compared = id(node) in self._compared
        if steps:
            self.write("environment.each(")
        if compared:
            self._compared.remove(id(node))
            self.write("environment.compared(")
        super().visit(node, *args, **kwargs)
        if compared:
            self.write(")")
        if steps:
            self.write(f", {steps})")

    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        """Compile `a == b` and the like."""
        sides = (node.expr, *(operand.expr for operand in node.ops))
        self._compared |= {id(side) for side in sides if not isinstance(side, nodes.Const)}
        self._through("stepped", lambda: super(CourseCode, self).visit_Compare(node, frame))

    def visit_List(self, node: nodes.List, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        """Compile `[a, b]`."""
        self._through("admitted", lambda: super(CourseCode, self).visit_List(node, frame))

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        """Compile `{"a": b}`."""
        self._through("admitted", lambda: super(CourseCode, self).visit_Dict(node, frame))

    def visit_Tuple(self, node: nodes.Tuple, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        """Compile `(a, b)`, or the names that take the parts of one."""
        if node.ctx == "load":
            self._through("admitted", lambda: super(CourseCode, self).visit_Tuple(node, frame))
        else:
            super().visit_Tuple(node, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        """Compile `a ~ b`."""
        self.write("environment.concatenated((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        """Compile `value[name]` and `value[from:to]`."""
        if not isinstance(node.arg, nodes.Slice):
            super().visit_Getitem(node, frame)
            return
        self.write("environment.getitem(")
        self.visit(node.node, frame)
        self.write(", slice(")
        for part in (node.arg.start, node.arg.stop, node.arg.step):
            self.visit(part or nodes.Const(None), frame)
            self.write(", ")
        self.write("))")

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        # All else is written while the page is made: then it is counted, and asked whether it can be written.
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)

    def _output_const_repr(self, group: Iterable[Any]) -> str:
        return f"environment.constant({super()._output_const_repr(group)})"

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ARG002 - Jinja's
        if frame.eval_ctx.volatile:
            self.write("environment.written(context.eval_ctx.autoescape, ")
        else:
            self.write(f"environment.written({bool(frame.eval_ctx.autoescape)}, ")

    def _through(self, method: str, visit: Callable[[], None]) -> None:
        self.write(f"environment.{method}(")
        visit()
        self.write(")")


class CourseTemplate(Template):
    """A template that gets plain data, and whose work is counted from the start of the page to its end."""

    environment: "CourseEnvironment"

    def render(self, *args: Any, **kwargs: Any) -> str:
        """Return the page.

        Raises:
            CourseTemplateError: the template does something it can't, or too much; the traceback has its line.
            TemplateSyntaxError: a template it uses isn't Jinja.
            NotForTemplates: it was given what no template may see, which is a mistake of ours.
        """
        values = {name: plain(value, name) for name, value in dict(*args, **kwargs).items()}
        with self.environment.meter.page():
            try:
                html = self.environment.concat(self.root_render_func(self.new_context(values)))
                return self.environment.finish(html) if self.environment.finish else html
            except Exception:  # noqa: BLE001 - whatever a template does wrong
                self._explain()

    def _explain(self) -> NoReturn:
        """Raise what is being handled in a template author's words, with the lines of templates in the traceback."""
        try:
            self.environment.handle_exception()
        except (CourseTemplateError, TemplateSyntaxError):
            raise
        except RecursionError as error:
            raise OverLimit("templates include or call one another without end").with_traceback(
                error.__traceback__
            ) from None
        except Exception as error:
            message = str(error) or type(error).__name__
            if isinstance(error, TemplateNotFound):
                message = f'there is no template "{error.name}"'
            elif isinstance(error, KeyError):
                message = f"there is no {message}"
            raise CourseTemplateError(message).with_traceback(error.__traceback__) from error


class _Turns:
    """What a loop goes through; each turn counts as one step and more where much is done in it."""

    def __init__(self, meter: Meter, values: Sequence[Any], steps: int) -> None:
        self._meter = meter
        self._values = values
        self._steps = steps

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[Any]:
        for value in self._values:
            self._meter.steps(self._steps)
            yield value


class CourseEnvironment(SandboxedEnvironment):
    """What templates of a course folder can do."""

    code_generator_class = CourseCode
    template_class = CourseTemplate
    finish: Callable[[str], str] | None = None
    """What is done to every page at the end."""
    intercepted_binops = frozenset(_OPERATORS)
    intercepted_unops = frozenset({"+", "-"})

    def __init__(self, **options: Any) -> None:
        """Take Jinja's options."""
        super().__init__(undefined=StrictUndefined, autoescape=True, optimized=False, **options)
        self.meter = Meter()
        self._nodes_left = ALL_NODES
        filters: Mapping[str, Any] = {name: kept for name, kept in self.filters.items() if name in FILTERS}
        tests: Mapping[str, Any] = self.tests
        self.filters = {}
        # Its own method: what guards the sandbox is nothing for an environment beside it.
        CourseEnvironment.offer_filters(
            self, **{**filters, "join": self._join, "replace": self._replace, "tojson": self._tojson}
        )
        self.tests = {name: self._guarded(name, tests[name]) for name in TESTS}
        self.globals = {"range": Function(self._range), "namespace": Namespace}

    # --- What templates are given --------------------------------------------------------------------------------

    def offer_filters(self, **filters: Callable[..., Any]) -> None:
        """Let templates use filters that are named in `FILTERS`."""
        for name, offered in filters.items():
            if name not in FILTERS:
                raise NotForTemplates(f"{name}: no filter of this name is for templates")
            self.filters[name] = self._guarded(name, offered)

    def share(self, **values: Any) -> None:
        """Let every template see these values."""
        self.globals |= {name: plain(value, name) for name, value in values.items()}

    # --- How templates are read ----------------------------------------------------------------------------------

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        count = 0
        waiting: list[tuple[nodes.Node, int, int, int]] = [(tree, 0, 0, 0)]
        while waiting:
            node, statements, loops, operations = waiting.pop()
            count += 1
            if isinstance(node, nodes.Stmt):
                statements, operations = statements + 1, 0
                loops += isinstance(node, _INNER)
            elif isinstance(node, nodes.Expr):
                operations += 1
            if wrong := _wrong_with(node, statements, loops, operations):
                raise TemplateSyntaxError(wrong, node.lineno, name, filename)
            waiting += [(child, statements, loops, operations) for child in node.iter_child_nodes()]
        self._nodes_left -= count
        if count > NODES or self._nodes_left < 0:
            text = f"it has more than {NODES:,} parts, or all templates together have more than {ALL_NODES:,}"
            raise TemplateSyntaxError(text, 1, name, filename)
        return tree

    def _load_template(self, name: str, globals: Any) -> Template:  # noqa: A002 - Jinja's name
        self.meter.steps(10)
        return super()._load_template(name, globals)

    # --- What templates do ---------------------------------------------------------------------------------------

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002 - Jinja's signature
        """Refuse: what Jinja itself would ask about is decided in `getattr`."""
        return False

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return `value.name`, where it is listed."""
        kind = type(obj)
        if isinstance(obj, View):
            if attribute in kind.fields:
                return getattr(obj, attribute)
        elif attribute in ATTRIBUTES.get(kind, ()):
            return getattr(obj, attribute)
        elif kind in _MAPPINGS:
            return self.getitem(obj, attribute)
        elif isinstance(obj, Undefined):
            obj._fail_with_undefined_error()  # noqa: SLF001 - as Jinja's own __getattr__ does
        elif not attribute.startswith("_"):
            if kind is Namespace:
                with suppress(AttributeError):
                    return getattr(obj, attribute)
            elif kind is TemplateModule and attribute in vars(obj):
                return vars(obj)[attribute]
            elif kind is TemplateReference:
                with suppress(KeyError):
                    return obj[attribute]
        return self._nothing(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return `value[name]` or `value[from:to]`, where there is such a thing."""
        self.meter.steps()
        kind, key = type(obj), type(argument)
        if isinstance(obj, View):
            if key in (str, Markup) and argument in kind.fields:
                return getattr(obj, argument)
        elif kind in _MAPPINGS:
            if key in SCALARS and argument in obj:
                return obj[argument]
        elif kind in _SEQUENCES:
            if key is slice or key is int:
                with suppress(IndexError):
                    return self.meter.admit(obj[argument])
        elif isinstance(obj, Undefined):
            obj._fail_with_undefined_error()  # noqa: SLF001 - as Jinja's own __getitem__ does
        return self._nothing(obj, argument)

    def _nothing(self, obj: Any, name: Any) -> Undefined:
        shown = str(name[:100] if isinstance(name, str) else name if isinstance(name, int) else describe(name))
        return self.undefined(f'{describe(obj)} has no "{shown}" that templates may see', obj=None, name=shown)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805, PYI063 - Jinja's
        """Call a function that templates were given, a macro, a block, or a method that is listed."""
        kind = type(__obj)
        __self.meter.steps(4 if kind is Macro else 1)
        if kind in (BuiltinMethodType, MethodType):
            listed = __obj.__name__ in ATTRIBUTES.get(type(__obj.__self__), ())
        else:
            listed = kind in (Function, Macro, BlockReference) or __obj is Namespace
        if isinstance(__obj, Undefined):
            __obj._fail_with_undefined_error()  # noqa: SLF001 - as Jinja's own __call__ does
        if not listed:
            raise CourseTemplateError(f"{describe(__obj)} can't be called")
        if args or kwargs:
            __self._handed(__obj, (*args, *kwargs.values()))
        if isinstance(__obj, BuiltinMethodType | MethodType) and isinstance(__obj.__self__, str):
            __self._cut(__obj.__name__, __obj.__self__, (*args, *kwargs.values()))
        return __self._settled(__context.call(__obj, *args, **kwargs))

    def _handed(self, called: Any, values: tuple[Any, ...]) -> None:
        """Count what a call is given: it may keep all of it, or go through it. Raises OverLimit."""
        self.meter.weigh(values)
        if type(called) is Function and not called.whole:
            for value in values:
                if isinstance(value, str) and len(value) > LONGEST_TEXT:
                    raise OverLimit(f"a function takes texts of up to {LONGEST_TEXT:,} characters")

    def _cut(self, name: str, text: str, values: tuple[Any, ...]) -> None:
        """Count the steps of a method of a text. Raises OverLimit."""
        if name in _CUTTING and len(text) > _LONGEST_CUT:
            raise OverLimit(f'"{name}" is for texts of up to {_LONGEST_CUT:,} characters')
        self.meter.go_through(text, times=_times(name, values))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002 - Jinja's
        """Calculate with numbers; `+` also puts texts and lists together."""
        self.meter.steps()
        kinds = type(left), type(right)
        for value in (left, right):
            if isinstance(value, Undefined):
                value._fail_with_undefined_error()  # noqa: SLF001 - as Jinja's own __add__ does
        if _NUMBERS.issuperset(kinds):
            if operator == "**" and abs(right) > LARGEST_NUMBER:
                raise OverLimit("it calculates with a number that is too large")
            return self.meter.admit(_OPERATORS[operator](left, right))
        if operator == "+" and _TEXTS.issuperset(kinds):
            return self.concatenated((left, right))
        if operator == "+" and kinds[0] is kinds[1] and kinds[0] in (tuple, list):
            return self.meter.admit(left + right)
        raise CourseTemplateError(f'"{operator}" can\'t be used with {describe(left)} and {describe(right)}')

    def call_unop(self, context: Context, operator: str, arg: Any) -> Any:  # noqa: ARG002 - Jinja's signature
        """Return a number, or the same below zero."""
        if type(arg) not in _NUMBERS:
            raise CourseTemplateError(f'"{operator}" can\'t be used with {describe(arg)}')
        return -arg if operator == "-" else arg

    def stepped(self, value: Any) -> Any:
        """Count a step, and return what came of it."""
        self.meter.steps()
        return value

    def compared(self, value: Any) -> Any:
        """Return what is compared with something, and count its length."""
        self.meter.go_through(value)
        return value

    def admitted(self, value: Any) -> Any:
        """Return a list or mapping that a template makes."""
        if type(value) is dict and not SCALARS.issuperset(map(type, value)):
            raise CourseTemplateError("a mapping has texts and numbers for names")
        return self.meter.admit(value)

    def concatenated(self, parts: tuple[Any, ...]) -> str:
        """Return `a ~ b`."""
        self.meter.steps()
        texts = [part if isinstance(part, str) else self._text_of(part) for part in parts]
        counted = sum(map(len, texts))
        self.meter.letters(counted)
        joined = markup_join(texts)
        self.meter.letters(len(joined) - counted)  # what markup beside it made of its signs
        return joined

    def written(self, autoescape: bool, value: Any) -> str:  # noqa: FBT001 - called by compiled code alone
        """Return a value as a page shows it."""
        self.meter.steps()
        text = value if isinstance(value, str) else self._text_of(value)
        return self.constant(ThemeEnvironment.escaped(text) if autoescape else text)

    def constant(self, text: str) -> str:
        """Return a part of a page, and count its letters, and 8 more for its place in memory."""
        self.meter.letters(len(text) + 8)
        return text

    @staticmethod
    def _text_of(value: Any) -> str:
        if type(value) in SCALARS or isinstance(value, Undefined):
            return str(value)
        raise CourseTemplateError(f"{describe(value)} can't be written; say what of it to write")

    def _settled(self, value: Any) -> Any:
        """Return what a call gave, with nothing left to be made later."""
        if isinstance(value, Iterator | KeysView | ValuesView | ItemsView):
            value = list(islice(value, MOST + 1))
        if type(value) in SCALARS or type(value) in (tuple, list, dict):
            return self.meter.admit(value)
        if isinstance(value, _MADE_HERE):
            return value
        raise CourseTemplateError(f"templates can't have {describe(value)}")

    def each(self, values: Any, steps: int) -> _Turns:
        """Return what a loop goes through."""
        if isinstance(values, Undefined):
            values._fail_with_undefined_error()  # noqa: SLF001 - as Jinja's own __iter__ does
        if type(values) not in _SEQUENCES | _MAPPINGS:
            raise CourseTemplateError(f"a loop can't go through {describe(values)}")
        self.meter.steps()
        return _Turns(self.meter, values if type(values) in _SEQUENCES else tuple(values), steps)

    # --- Filters and functions -----------------------------------------------------------------------------------

    def _guarded(self, name: str, kept: Callable[..., Any]) -> Callable[..., Any]:
        """Return a filter or test that takes and gives what templates may have, and counts."""
        first = 1 if hasattr(kept, "jinja_pass_arg") else 0  # after the context or environment that Jinja passes

        @wraps(kept)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            value, rest = args[first], (*args[first + 1 :], *kwargs.values())
            self.meter.steps()
            if name in _OF_NUMBERS and not isinstance(value, Undefined) and type(value) not in _NUMBERS:
                raise CourseTemplateError(f'"{name}" is a test of a number, and this is {describe(value)}')
            if name in TEXT_FILTERS and not isinstance(value, Undefined):
                self._text_of(value)
            most = LONGEST_TEXT if name in _SLOW else MOST if name in _LISTS else LONGEST
            if isinstance(value, str) and len(value) > most:
                raise OverLimit(f'"{name}" is for texts of up to {most:,} characters')
            if name in _WIDTHS and any(isinstance(one, int | float) and abs(one) > WIDEST for one in rest):
                raise OverLimit(f'"{name}" takes numbers up to {WIDEST:,}')
            if name not in _TAKES_TEXTS and any(isinstance(one, str) and len(one) > LONGEST_TEXT for one in rest):
                raise OverLimit(f'"{name}" takes texts of up to {LONGEST_TEXT:,} characters besides what it filters')
            if name not in _AT_ONCE:
                self._gone_through(value, times=_times(name, rest))
            return self._settled(kept(*args, **kwargs))

        return guarded

    def _gone_through(self, value: Any, *, times: int) -> None:
        """Count the steps of going through all that a filter or test is given. Raises OverLimit."""
        if isinstance(value, tuple | list | dict | MappingProxyType):
            self.meter.weigh(value)
        else:
            self.meter.go_through(value, times=times)

    def _range(self, *numbers: int) -> tuple[int, ...]:
        found = range(*numbers)
        if len(found) > MOST:
            raise OverLimit(f"it counts through more than {MOST:,} numbers")
        return tuple(found)

    @pass_eval_context
    def _join(self, context: EvalContext, value: Any, d: str = "", attribute: str | int | None = None) -> str:
        parts = value if attribute is None else map(make_attrgetter(self, attribute), value)
        texts = [part if isinstance(part, str) else self._text_of(part) for part in parts]
        self.meter.letters(sum(map(len, texts)) + len(texts) * len(self._text_of(d)))
        joined: str = do_join(context, texts, d)
        return joined

    @pass_eval_context
    def _replace(self, context: EvalContext, text: Any, old: Any, new: Any, count: int | None = None) -> str:
        text, old, new = (part if isinstance(part, str) else self._text_of(part) for part in (text, old, new))
        self.meter.letters(len(text) + text.count(old) * len(new))
        return do_replace(context, text, old, new, count)

    def _tojson(self, value: Any) -> Markup:
        if isinstance(value, View):
            raise CourseTemplateError(f"{describe(value)} can't be written as JSON; say what of it to write")
        return htmlsafe_json_dumps(given(value), sort_keys=True)


def _times(name: str, values: Iterable[Any]) -> int:
    """Return how often a method or filter may go through its text, given these values."""
    if name not in _LETTER_BY_LETTER:
        return 1
    return max((len(value) for value in values if isinstance(value, str)), default=1) or 1


def _wrong_with(node: nodes.Node, statements: int, loops: int, operations: int) -> str:
    """Return what keeps a part of a template from being used; nothing where all is well."""
    if statements > LEVELS or loops > LOOPS or operations > OPERATIONS:
        return (
            f"it is nested too deeply here: up to {LOOPS} loops and macros, {LEVELS} tags of any kind, and {OPERATIONS}"
            " operations can stand inside one another"
        )
    if isinstance(node, nodes.For) and node.recursive:
        return '"recursive" loops are not for templates of a course'
    if isinstance(node, nodes.Const | nodes.TemplateData):
        value = node.value if isinstance(node, nodes.Const) else node.data
        if isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value):
            return "it holds half a character (a lone surrogate), which no file can hold"
    return ""
