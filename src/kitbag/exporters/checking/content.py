"""The manifest of a content package (IMS CP 1.1 to 1.2), which SCORM, QTI and Common Cartridge share."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from posixpath import join
from typing import Final

from kitbag.exporters.checking.archive import Archive
from kitbag.exporters.checking.documents import XML, Target, children, line_of, local, missing, resolve, text_in
from kitbag.exporters.xml import Element
from kitbag.findings import Finding, Place, Severity, listed

MANIFEST: Final = "imsmanifest.xml"
_NEED_NOT_BE_LISTED: Final = (".xsd", ".dtd", MANIFEST)


@dataclass(frozen=True)
class Resource:
    """A resource of a manifest."""

    element: Element
    id: str
    type: str
    href: str
    """As written; empty where it has none."""
    target: Target
    """Where the href leads."""
    files: tuple[tuple[str, Target, int], ...]
    """Each file as written, where it is, and the line."""

    @property
    def line(self) -> int:
        """The line in the manifest."""
        return line_of(self.element)


class Content:
    """A package with its manifest."""

    def __init__(self, archive: Archive, root: Element) -> None:
        """Take an archive and the root of its manifest."""
        self.archive = archive
        self.root = root

    def at(self, element: Element | None = None, line: int = 0) -> Place:
        """Return the place of an element of the manifest."""
        return self.archive.at(MANIFEST, line_of(element) if element is not None else line)

    @property
    def schema(self) -> str:
        """What the manifest says it is: `ADL SCORM`."""
        return text_in(self.root, "metadata", "schema")

    @property
    def schema_version(self) -> str:
        """The version it says it has."""
        return text_in(self.root, "metadata", "schemaversion")

    @cached_property
    def organizations(self) -> list[Element]:
        """The trees of contents."""
        return [one for outer in children(self.root, "organizations") for one in children(outer, "organization")]

    @cached_property
    def items(self) -> list[Element]:
        """Every entry of every tree."""
        return [item for one in self.organizations for item in one.iter("{*}item") if local(item) == "item"]

    @cached_property
    def resources(self) -> list[Resource]:
        """The resources, their addresses resolved (xml:base as IMS CP 1.1.4, 4.5)."""
        found = []
        for outer in children(self.root, "resources"):
            base = join(self.root.get(f"{XML}base", ""), outer.get(f"{XML}base", ""))
            for element in children(outer, "resource"):
                own = join(base, element.get(f"{XML}base", ""))
                href = element.get("href", "").strip()
                files = tuple(
                    (file.get("href", ""), resolve("", join(own, file.get("href", ""))), line_of(file))
                    for file in children(element, "file")
                )
                target = resolve("", join(own, href)) if href else Target()
                found.append(
                    Resource(element, element.get("identifier", ""), element.get("type", ""), href, target, files)
                )
        return found

    @cached_property
    def by_id(self) -> Mapping[str, Resource]:
        """The resources by identifier."""
        return {resource.id: resource for resource in self.resources}

    @cached_property
    def listed_by(self) -> Mapping[str, set[str]]:
        """The resources that list a file, by the file's path."""
        listed_by: dict[str, set[str]] = defaultdict(set)
        for resource in self.resources:
            for _, target, _ in resource.files:
                listed_by[target.path].add(resource.id)
        return listed_by

    def faults(self) -> Iterator[Finding]:
        """Yield what is wrong with the manifest, whatever the package is for."""
        yield from self._identifier_faults()
        yield from self._tree_faults()
        for resource in self.resources:
            yield from self._resource_faults(resource)
        yield from self._unlisted()

    def _identifier_faults(self) -> Iterator[Finding]:
        named = list(self.root.iter("{*}manifest", "{*}organization", "{*}item", "{*}resource"))
        for element in named:
            if not element.get("identifier"):
                message = f"This {local(element)} has no identifier."
                yield Finding("no-identifier", self.at(element), message, "Give each one of its own.")
        counts = Counter(name for element in named if (name := element.get("identifier")))
        for element in named:
            name = element.get("identifier", "")
            if counts[name] > 1:
                message = f'The identifier "{name}" is used {counts[name]} times.'
                yield Finding("repeated-identifier", self.at(element), message, "Each must be unique in the manifest.")
                counts[name] = 0

    def _tree_faults(self) -> Iterator[Finding]:
        for outer in children(self.root, "organizations"):
            default = outer.get("default")
            known = [one.get("identifier", "") for one in children(outer, "organization")]
            if default and default not in known:
                message = f'The default organization "{default}" is not there.'
                hint = self.archive.near(default, known) or "Name one that is there."
                yield Finding("unknown-organization", self.at(outer), message, hint)
        for item in self.items:
            wanted = item.get("identifierref")
            if wanted and wanted not in self.by_id:
                message = f'This item opens the resource "{wanted}", which is not there.'
                hint = self.archive.near(wanted, self.by_id) or "Name a resource of this manifest."
                yield Finding("unknown-resource", self.at(item), message, hint)
            if wanted and not text_in(item, "title"):
                message = "This item has no title, so the platform shows an empty line."
                yield Finding("no-title", self.at(item), message, "Give it a title.")

    def _resource_faults(self, resource: Resource) -> Iterator[Finding]:
        place = self.at(resource.element)
        if not resource.type:
            yield Finding("no-type", place, f'The resource "{resource.id}" has no type.', "Say what it is.")
        if resource.target.wrong:
            message = f'The address "{resource.href}" {resource.target.wrong}.'
            yield Finding("bad-address", place, message, "Write a relative address within the package.")
        elif resource.href and not resource.target.outside:
            path = resource.target.path
            yield from missing(self.archive, "missing-file", place, path, f'The resource "{resource.id}" opens')
            if path in self.archive.files and path not in {target.path for _, target, _ in resource.files}:
                message = f'The resource "{resource.id}" opens "{path}" and does not list it among its files.'
                hint = f'Add <file href="{resource.href}"/> to the resource.'
                yield Finding("launch-unlisted", place, message, hint, Severity.WARNING)
        for href, target, line in resource.files:
            where = self.at(line=line)
            if target.wrong or not href:
                message = f'The address "{href}" {target.wrong or "is empty"}.'
                yield Finding("bad-address", where, message, "Write a relative address within the package.")
            elif not target.outside:
                yield from missing(self.archive, "missing-file", where, target.path, "The manifest lists")
        for dependency in children(resource.element, "dependency"):
            wanted = dependency.get("identifierref", "")
            if wanted not in self.by_id:
                message = f'The resource "{resource.id}" depends on "{wanted}", which is not there.'
                hint = self.archive.near(wanted, self.by_id) or "Name a resource of this manifest."
                yield Finding("unknown-resource", self.at(dependency), message, hint)

    def _unlisted(self) -> Iterator[Finding]:
        listed_paths = {target.path for resource in self.resources for _, target, _ in resource.files}
        listed_paths |= {resource.target.path for resource in self.resources}
        left = [
            f'"{path}"'
            for path in self.archive.files
            if path not in listed_paths and not path.endswith(_NEED_NOT_BE_LISTED)
        ]
        if left:
            message = f"These files are in the package and not in its manifest: {listed(left, most=5)}."
            hint = "List them: some platforms drop what is not listed."
            yield Finding("unlisted", self.at(), message, hint, Severity.WARNING)
