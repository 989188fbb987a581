"""QTI 3.0: a content package with one file for each item and each test.

Facts that decide what is written here:
- all item types are interactions of the format; response processing does the scoring, custom feedback included;
- a test draws by `selection` from sections, so a draw from a pool stays a draw;
- names are written `qti-map-entry`; feedback and rubrics hold their text in a content body.
"""

from typing import Final

from kitbag.exporters.base import Package, Selection
from kitbag.exporters.qti import INTERACTIONS, content_package
from kitbag.exporters.qti_dialect import Dialect

DIALECT: Final = Dialect(
    version="v3p0",
    namespace="http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    schema="https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd",
    manifest_namespace="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
    manifest_schema="https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqtiv3p0_imscpv1p2_v1p0.xsd",
    metadata_namespace="http://www.imsglobal.org/xsd/imsqti_metadata_v3p0",
    package_schema="QTI Package",
    package_version="3.0.0",
    kebab=True,
    wraps_flow=True,
)


class Qti3:
    """The exporter."""

    name = "qti3"
    title = "QTI 3.0"
    interactions: Final = INTERACTIONS

    def export(self, selection: Selection) -> Package:
        """Return a content package of all items and tests."""
        return content_package(DIALECT, selection)
