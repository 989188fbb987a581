"""QTI 2.1: a content package with one file for each item and each test; the most widely accepted of the 2.x versions.

Facts that decide what is written here:
- all item types are interactions of the format; response processing does the scoring, custom feedback included;
- a test draws by `selection` from sections, so a draw from a pool stays a draw;
- HTML is that of 2009: no direction, no titles on links, no first number on a list.
"""

from typing import Final

from kitbag.exporters.base import Package, Selection
from kitbag.exporters.qti import INTERACTIONS, content_package
from kitbag.exporters.qti_dialect import Dialect

DIALECT: Final = Dialect(
    version="v2p1",
    namespace="http://www.imsglobal.org/xsd/imsqti_v2p1",
    schema="http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd",
    manifest_namespace="http://www.imsglobal.org/xsd/imscp_v1p1",
    manifest_schema="http://www.imsglobal.org/xsd/imscp_v1p1.xsd",
    metadata_namespace="http://www.imsglobal.org/xsd/imsqti_metadata_v2p1",
    package_schema="QTIv2.1 Package",
    package_version="1.0.0",
    kebab=False,
    wraps_flow=False,
)


class Qti21:
    """The exporter."""

    name = "qti21"
    title = "QTI 2.1"
    interactions: Final = INTERACTIONS

    def export(self, selection: Selection) -> Package:
        """Return a content package of all items and tests."""
        return content_package(DIALECT, selection)
