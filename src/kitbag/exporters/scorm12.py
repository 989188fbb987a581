"""SCORM 1.2."""

from typing import Final

from kitbag.exporters.scorm import Scorm

SCORM_12: Final = Scorm(
    name="scorm12",
    title="SCORM 1.2",
    schema_version="1.2",
    namespaces={
        "cp": "http://www.imsproject.org/xsd/imscp_rootv1p1p2",
        "adlcp": "http://www.adlnet.org/xsd/adlcp_rootv1p2",
        "lom": "http://www.imsglobal.org/xsd/imsmd_rootv1p2p1",
    },
    locations={
        "cp": "imscp_rootv1p1p2.xsd",
        "adlcp": "adlcp_rootv1p2.xsd",
        "lom": "imsmd_rootv1p2p1.xsd",
    },
    type_attribute="scormtype",
    text_element="langstring",
    language_attribute="{http://www.w3.org/XML/1998/namespace}lang",
    duration=("typicallearningtime", "datetime"),
    vocabulary=("LOMv1.0", "Educational Objective"),
    wrapped=True,
    names=36,  # SCORM 1.2, CMIFeedback: one letter or digit each
    sequencing=False,
)
