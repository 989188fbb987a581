"""The Python that Jinja makes of the built-in theme's templates where a course has none of its own: less of it.

What the theme's templates read and call is read and called straight away, and a string of the interface that depends
on nothing stands in the page from the start. Where a course has templates, they all run in `course_templates`.
"""

import re
from collections.abc import Callable, MutableMapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from keyword import iskeyword
from pathlib import Path
from typing import Any, Final

import jinja2
from jinja2 import BytecodeCache, Environment, StrictUndefined, Template, nodes
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from kitbag.rendering.catalogue import Catalogue
from kitbag.rendering.compiled import keep, kept

_MEANS_MARKUP: Final = re.compile("[&<>\"']")


class ThemeCode(CodeGenerator):
    """Compiles templates for a `ThemeEnvironment`."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - Jinja's name
        """Compile a whole template."""
        _Strings(self.environment.globals["t"]).visit(node)
        super().visit_Template(node, frame)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        """Compile `value.name`."""
        self.write("environment.attribute(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r})")

    def visit_Call(  # noqa: N802 - Jinja's name
        self,
        node: nodes.Call,
        frame: Frame,
        forward_caller: bool = False,  # noqa: FBT001, FBT002 - Jinja's signature
    ) -> None:
        """Compile `function(…)`."""
        plain = not (node.dyn_args or node.dyn_kwargs or any(iskeyword(named.key) for named in node.kwargs))
        if forward_caller or not plain:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in (*node.args, *node.kwargs):
            self.visit(argument, frame)
            self.write(", ")
        self.write(")")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write("environment.escaped(")
        else:
            super()._output_child_pre(node, frame, finalize)


def _is_ours(filename: str) -> bool:
    return Path(filename).is_relative_to(_theme())


@cache
def _theme() -> str:
    return str(files("kitbag") / "templates")


class _Strings(NodeTransformer):
    """Puts the catalogue's string in the place of `t("key")`."""

    def __init__(self, text: Any) -> None:
        self._text = text

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja's name
        match node:
            case nodes.Call(node=nodes.Name(name="t"), args=[nodes.Const(value=key)], kwargs=[]):
                return nodes.Const(self._text(key), lineno=node.lineno)
            case _:
                return self.generic_visit(node)


class CompiledTemplates(BytecodeCache):
    """Keeps the theme's templates compiled, one copy for each language. A course's templates are compiled each time."""

    def __init__(self, catalogue: Catalogue, compiler: str, *, kind: str = "") -> None:
        """Take the catalogue whose strings stand in the templates, the file of the compiler, and what it makes."""
        self._kind = f"{catalogue.language}{kind}"
        # Strings of a course stand in what is compiled, and nothing of a course is kept beside our code.
        self._keeps = not catalogue.of_a_course
        made_by = (Path(compiler).read_bytes(), catalogue.digest, jinja2.__version__)
        self._made_of = sha256(repr(made_by).encode()).hexdigest()

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002 - Jinja's signature
        """Return the file of a template of the theme, and nothing for any other."""
        return filename if self._keeps and filename is not None and _is_ours(filename) else ""

    def get_source_checksum(self, source: str) -> str:
        """Return all that a compiled template is made of."""
        return self._made_of + source

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take a template that was kept."""
        if bucket.key:
            bucket.code = kept(Path(bucket.key), self._kind, bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template."""
        if bucket.key:
            keep(Path(bucket.key), self._kind, bucket.checksum, bucket.code)


class ThemeTemplate(Template):
    """A template of the theme, whose page gets the environment's last touch."""

    environment: "ThemeEnvironment"

    def render(self, *args: Any, **kwargs: Any) -> str:
        """Return the page."""
        html = super().render(*args, **kwargs)
        return self.environment.finish(html) if self.environment.finish else html


class ThemeEnvironment(Environment):
    """The theme alone, with what `ThemeCode` asks of it."""

    code_generator_class = ThemeCode
    template_class = ThemeTemplate
    finish: Callable[[str], str] | None = None
    """What is done to every page at the end."""

    def __init__(self, **options: Any) -> None:
        """Take Jinja's options."""
        super().__init__(undefined=StrictUndefined, autoescape=True, **options)

    def offer_filters(self, **filters: Callable[..., Any]) -> None:
        """Let templates use filters."""
        self.filters |= filters

    def share(self, **values: Any) -> None:
        """Let every template see these values."""
        self.globals |= values

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what a template knows besides its values; a plain dictionary is quicker to copy than Jinja's chain."""
        return super().make_globals(d) if d else self.globals

    def attribute(self, value: Any, name: str) -> Any:
        """Return an attribute, or what the sandbox makes of one that is not there."""
        try:
            return getattr(value, name)
        except AttributeError:
            return self.getattr(value, name)

    @staticmethod
    def escaped(value: Any) -> str:
        """Return a value as HTML. Most strings are that already, and are not copied."""
        kind = type(value)
        return value if kind is Markup or (kind is str and not _MEANS_MARKUP.search(value)) else escape(value)
