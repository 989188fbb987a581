"""SCORM 2004, 4th edition."""

from typing import Final

from kitbag.exporters.scorm import Scorm

SCORM_2004: Final = Scorm(
    name="scorm2004",
    title="SCORM 2004, 4th edition",
    schema_version="2004 4th Edition",
    namespaces={
        "cp": "http://www.imsglobal.org/xsd/imscp_v1p1",
        "adlcp": "http://www.adlnet.org/xsd/adlcp_v1p3",
        "imsss": "http://www.imsglobal.org/xsd/imsss",
        "lom": "http://ltsc.ieee.org/xsd/LOM",
    },
    locations={
        "cp": "imscp_v1p1.xsd",
        "adlcp": "adlcp_v1p3.xsd",
        "imsss": "imsss_v1p0.xsd",
        "lom": "lom.xsd",
    },
    type_attribute="scormType",
    text_element="string",
    language_attribute="language",
    duration=("typicalLearningTime", "duration"),
    vocabulary=("LOMv1.0", "educational objective"),
    wrapped=False,
    names=None,
    sequencing=True,
)
