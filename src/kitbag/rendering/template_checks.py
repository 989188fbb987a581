"""Checks the templates of a course without running them: what can't be used, and what changes nothing.

What is reported as an error would fail when a page is made: a template that isn't Jinja, a template, name or field that
doesn't exist. A name that the template itself tests (`x is defined`, `x | default(…)`) may be missing.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final, get_args, get_origin, get_type_hints

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.compiler import Frame
from jinja2.meta import TrackingCodeGenerator

from kitbag.course import blocks, model
from kitbag.files import is_leftover
from kitbag.findings import Finding, Place, Severity, did_you_mean
from kitbag.inside import files_inside, kind_inside
from kitbag.questions.blueprint import Assessment
from kitbag.rendering.catalogue import catalogue_for
from kitbag.rendering.course_templates import FILTERS
from kitbag.rendering.environment import course_file, has_templates, make_environment
from kitbag.rendering.template_data import shown
from kitbag.rendering.template_names import given_to
from kitbag.rendering.theme_list import ABOUT, BRAND, HANDOUTS, is_in_theme, theme_name, theme_source, theme_templates

CODE: Final = "template"
"""The code of a template that can't be used, here and where pages are made."""
THEME: Final = "theme/"
"""Before the name of a template, it names the theme's own."""

_MODELS: Final[Mapping[str, type]] = {
    "info": model.CourseInfo,
    "lesson": model.Lesson,
    "module": model.Module,
    "test": Assessment,
}
"""Names that stand for the same kind of value wherever they are given."""
_BLOCKS: Final[Mapping[str, type]] = {
    "activity": blocks.Activity,
    "figure": blocks.Figure,
    "key-points": blocks.KeyPoints,
    "notice": blocks.Notice,
    "reflection": blocks.Reflection,
    "roles-chart": blocks.RolesChart,
    "scenario": blocks.Scenario,
    "table": blocks.Table,
    "text": blocks.TextBlock,
    "timeline": blocks.Timeline,
}

_Kinds = Mapping[str, type]
"""The models that names stand for."""


def unusable(place: Place, reason: str, hint: str = "") -> Finding:
    """Return the finding that a template can't be used."""
    way = "Fix it, or use --no-templates."
    return Finding(CODE, place, f"This template can't be used: {reason.rstrip('.')}.", f"{hint} {way}".strip())


def check_templates(folder: Path) -> Iterator[Finding]:
    """Report what is wrong with the templates of a course folder; it runs none of them."""
    if has_templates(folder):
        yield from _Templates(folder).findings()


def without_repeats(findings: Sequence[Finding], known: Sequence[Finding]) -> list[Finding]:
    """Leave out what failed at a place where a check found the reason before."""
    places = {one.place for one in known if one.code == CODE}
    return [one for one in findings if one.code != CODE or one.place not in places]


class _Names(TrackingCodeGenerator):
    """Finds the names that a template asks for, and works out nothing: even a constant may be endless work."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:  # noqa: ARG002 - Jinja's
        raise nodes.Impossible

    def visit_EvalContextModifier(self, node: nodes.EvalContextModifier, frame: Frame) -> None:  # noqa: N802 - Jinja's
        for keyword in node.options:
            self.visit(keyword.value, frame)

    def visit_ScopedEvalContextModifier(  # noqa: N802 - Jinja's
        self, node: nodes.ScopedEvalContextModifier, frame: Frame
    ) -> None:
        self.visit_EvalContextModifier(node, frame)
        for child in node.body:
            self.visit(child, frame)


def _asked_for(tree: nodes.Template) -> set[str]:
    names = _Names(tree.environment)  # type: ignore[arg-type]  # None only for trees that nobody parsed
    names.optimizer = None
    names.visit(tree)
    return names.undeclared_identifiers


class _Templates:
    """All templates of a course while they are checked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = sorted(
            name.removeprefix("templates/")
            for name, _ in files_inside(folder, "templates")
            if name != f"templates/{BRAND}"
            and not _is_idle(name.rpartition("/")[2])
            and kind_inside(folder, name) == "file"  # anything else has a finding of its own
        )
        self._plain = Environment(autoescape=True)
        self._plain.filters |= dict.fromkeys(FILTERS, str)
        self._trees: dict[str, nodes.Template | None] = {}
        self._used: set[str] = set()

    def findings(self) -> Iterator[Finding]:
        """Report what is wrong with each file, and then which are used by nothing."""
        broken = set()
        for name in self._files:
            if _is_template(name) and (fault := self._fault(name)) is not None:
                broken.add(name)
                yield fault
        read = [name for name in self._files if _is_template(name) and name not in broken]
        for name in read:
            tree = self._tree(name)
            if tree is not None:
                yield from self._references(name, tree)
                yield from self._blocks(name, tree)
                yield from self._names(name, tree)
        for name in self._files:
            if name != ABOUT and theme_name(name) is None and name not in self._used:
                yield self._unused(name)

    # --- Reading -------------------------------------------------------------------------------------------------

    @cached_property
    def _environment(self) -> Any:
        environment = make_environment(folder=self._folder, catalogue=catalogue_for("en"), language="en")
        environment.offer_filters(**{name: str for name in FILTERS if name not in environment.filters})
        return environment

    def _fault(self, name: str) -> Finding | None:
        """Return why a template can't even be compiled."""
        try:
            self._environment.get_template(name)
        except TemplateSyntaxError as error:
            return unusable(Place(f"templates/{name}", error.lineno, 1), (error.message or "")[:300])
        return None

    def _tree(self, name: str) -> nodes.Template | None:
        """Return a template by the name that a template uses for it; `None` where there is none."""
        if name not in self._trees:
            theirs = name.removeprefix(THEME)
            if name != theirs or name not in self._files:
                source = theme_source(theirs) if theirs in theme_templates() else None
            else:
                source = (course_file(self._folder / "templates", name) or b"").decode("utf-8", "replace")
            try:
                self._trees[name] = None if source is None else self._plain.parse(source)
            except TemplateSyntaxError:
                self._trees[name] = None
        return self._trees[name]

    def _exists(self, name: str) -> bool:
        return name in self._files or is_in_theme(name.removeprefix(THEME))

    def _ancestors(self, name: str) -> list[str] | None:
        """Return the templates that one extends, the nearest first; `None` where that shows only when it runs."""
        found: list[str] = []
        tree = self._tree(name)
        while tree is not None and (extends := tree.find(nodes.Extends)) is not None:
            if not isinstance(extends.template, nodes.Const) or extends.template.value in (*found, name):
                return None
            found.append(str(extends.template.value))
            tree = self._tree(found[-1])
        return found if tree is not None else None

    # --- What is wrong -------------------------------------------------------------------------------------------

    def _references(self, name: str, tree: nodes.Template) -> Iterator[Finding]:
        """Report templates that are asked for and don't exist, and note those that do."""
        for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
            wanted = node.template  # type: ignore[attr-defined] # each of the four has one
            if not isinstance(wanted, nodes.Const) or not isinstance(wanted.value, str):
                continue
            if self._exists(wanted.value):
                self._used.add(wanted.value)
            elif not (isinstance(node, nodes.Include) and node.ignore_missing):
                known = [*self._files, *theme_templates(), *(THEME + one for one in theme_templates())]
                reason = f'there is no template "{wanted.value}"'
                yield unusable(Place(f"templates/{name}", node.lineno, 1), reason, did_you_mean(wanted.value, known))

    def _blocks(self, name: str, tree: nodes.Template) -> Iterator[Finding]:
        """Report blocks that stand for themselves in a template that extends another: they are never shown."""
        ancestors = self._ancestors(name)
        if not ancestors:
            return
        trees = [found for one in ancestors if (found := self._tree(one))]
        known = {block.name for found in trees for block in found.find_all(nodes.Block)}
        for node in tree.body:
            if isinstance(node, nodes.Block) and node.name not in known:
                message = f'The block "{node.name}" changes nothing: "{ancestors[0]}" has no block of this name.'
                hint = did_you_mean(node.name, known) or f"It has {', '.join(sorted(known)) or 'none'}."
                yield Finding(
                    "unused-block", Place(f"templates/{name}", node.lineno, 1), message, hint, Severity.WARNING
                )

    def _names(self, name: str, tree: nodes.Template) -> Iterator[Finding]:
        """Report names and fields that don't exist."""
        role = "site/about.html" if name == ABOUT else theme_name(name)
        given = given_to(role) if role else None
        ancestors = self._ancestors(name)
        if role is None or given is None or ancestors is None:
            return
        trees = [tree, *(found for one in ancestors if (found := self._tree(one)))]
        if name == ABOUT and (page := self._tree(f"{THEME}site/about.html")) is not None:
            trees.append(page)
        own = {written for one in trees for written in _written(one)}
        theirs = self._tree(f"{THEME}{role}")  # What it asks for may be given on some of its pages.
        given |= _asked_for(theirs) if theirs else set()
        missing = _asked_for(tree) - given - own - _optional(tree)
        for node in tree.find_all(nodes.Name):
            if node.name in missing:
                missing.discard(node.name)
                reason = f'"{node.name}" isn\'t among the names that it is given'
                yield unusable(Place(f"templates/{name}", node.lineno, 1), reason, did_you_mean(node.name, given | own))
        kinds = {one: kind for one, kind in _kinds_of(role).items() if one in given and one not in _written(tree)}
        yield from _fields(tree, kinds, name)

    def _unused(self, name: str) -> Finding:
        short = [one.removeprefix(HANDOUTS) for one in theme_templates() if one.startswith(HANDOUTS)]
        hint = did_you_mean(name, [BRAND, ABOUT, *theme_templates(), *short])
        if not hint and name.startswith("strings.") and name.endswith((".yaml", ".yml")):
            hint = "Translate the interface in course/strings.yaml."
        message = "Nothing uses this file: the theme has no template of this name, and none of the course includes it."
        hint = hint or "See the names with: kitbag templates list"
        return Finding("unused-template", Place(f"templates/{name}"), message, hint, Severity.WARNING)


def _is_idle(name: str) -> bool:
    """Tell whether a file is one that editors, systems and people leave beside others."""
    return name.startswith((".", "README")) or name.endswith(("~", ".bak", ".orig", ".swp")) or is_leftover(name)


def _is_template(name: str) -> bool:
    return name.endswith(".html")


def _written(tree: nodes.Template) -> set[str]:
    """Return every name that a template itself gives a value, anywhere."""
    names = {node.name for node in tree.find_all(nodes.Name) if node.ctx in ("store", "param")}
    names |= {node.target for node in tree.find_all(nodes.Import)}
    names |= {node.name for node in tree.find_all(nodes.Macro)}
    for node in tree.find_all(nodes.FromImport):
        names |= {one if isinstance(one, str) else one[1] for one in node.names}
    return names | {"caller", "loop", "self", "super", "varargs", "kwargs"}


def _optional(tree: nodes.Template) -> set[str]:
    """Return the names that a template knows may be missing."""
    tests = (one.node for one in tree.find_all(nodes.Test) if one.name in ("defined", "undefined"))
    filters = (one.node for one in tree.find_all(nodes.Filter) if one.name in ("default", "d"))
    return {node.name for node in (*tests, *filters) if isinstance(node, nodes.Name)}


# --- Fields ----------------------------------------------------------------------------------------------------------


def _kinds_of(template: str) -> _Kinds:
    """Return the models that names stand for in a template of the theme."""
    whole = template.startswith(HANDOUTS) or template == "packages/fidelity.html"
    kinds = {**_MODELS, "course": model.Course if whole else model.CourseInfo}
    block = template.removeprefix("site/blocks/").removesuffix(".html")
    return {**kinds, "block": _BLOCKS[block]} if block in _BLOCKS else kinds


def _fields(node: nodes.Node, kinds: _Kinds, name: str) -> Iterator[Finding]:
    """Report fields that a model doesn't have, as far as the models are known."""
    if isinstance(node, nodes.Test) and node.name in ("defined", "undefined"):
        return
    if isinstance(node, nodes.Filter) and node.name in ("default", "d"):
        return
    if isinstance(node, nodes.Getattr):
        kind = _kind_of(node.node, kinds)
        if kind is not None and kind in shown() and node.attr not in shown()[kind]:
            article = "an" if kind.__name__[0] in "AEIO" else "a"
            reason = f'{article} {kind.__name__} has no "{node.attr}" that templates may see'
            yield unusable(Place(f"templates/{name}", node.lineno, 1), reason, did_you_mean(node.attr, shown()[kind]))
    inner = kinds
    if isinstance(node, nodes.For) and isinstance(node.target, nodes.Name):
        one = _kind_of(node.iter, kinds, of_each=True)
        inner = {**kinds, node.target.name: one} if one else {k: v for k, v in kinds.items() if k != node.target.name}
    for child in node.iter_child_nodes():
        yield from _fields(child, inner, name)


def _kind_of(node: nodes.Node, kinds: _Kinds, *, of_each: bool = False) -> type | None:
    """Return the model that an expression gives, or with `of_each` that each of its values is; `None` if not known."""
    if isinstance(node, nodes.Name):
        return None if of_each else kinds.get(node.name)
    if not isinstance(node, nodes.Getattr):
        return None
    above = _kind_of(node.node, kinds)
    kind = get_type_hints(above).get(node.attr) if above and node.attr in shown().get(above, ()) else None
    if of_each:
        inside = get_args(kind)
        return inside[0] if get_origin(kind) is tuple and inside[1:] == (...,) and isinstance(inside[0], type) else None
    options = [one for one in get_args(kind) if one is not type(None)]
    if len(options) == 1 and get_origin(kind) is not tuple:
        kind = options[0]
    return kind if isinstance(kind, type) else None
