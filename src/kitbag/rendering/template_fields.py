"""The fields of course, items and tests that templates of a course folder see. The author guide has the same table.

What a model isn't listed with doesn't exist for them: folders and digests of media, fingerprints of sources, the
instructor's waivers. Models of a page's own (`PrintedItem`, `Uses`) are listed where they are defined.
"""

from typing import Final

from kitbag.course import blocks, model, sources
from kitbag.fields import Cited
from kitbag.questions import assembly, blueprint
from kitbag.questions import model as items
from kitbag.rendering.template_data import show
from kitbag.results.allowances import Allowance

_ITEM: Final = ("id", "stem", "rationale", "objective", "points", "scenario", "stimulus", "picture", "cites")
_TYPED: Final = (*_ITEM, "type")

# --- Course ----------------------------------------------------------------------------------------------------------

show(model.Course, "info", "modules", "glossary", "sources", "digest")
show(
    model.CourseInfo,
    *("id", "title", "subtitle", "edition", "language", "summary", "audience", "status", "author", "licence"),
    *("review_by", "cut_score", "modules", "paths", "tests", "left_out", "job_aid", "support", "evaluation"),
    "branding",
)
show(model.Branding, "unit", "logo", "crest", "accent", "band")
show(model.CoursePath, "id", "title", "summary", "minutes", "steps")
show(model.PathStep, "title", "minutes", "module", "lessons", "test")
show(model.LeftOut, "fact", "reason")
show(model.EvaluationQuestion, "text", "answer")
show(model.JobAid, "title", "sections", "contacts")
show(model.JobAidSection, "title", "points")
show(model.JobAidPoint, "text", "cites")
show(model.Glossary, "terms")
show(model.Term, "id", "term", "expansion", "definition", "forms", "added", "undefined_in_source", "see", "cites")

# --- Modules ---------------------------------------------------------------------------------------------------------

show(model.Module, "id", "title", "summary", "minutes", "objectives", "lessons", "self_checks", "instructor")
show(model.LearningObjective, "id", "verb", "text")
show(model.Lesson, "id", "title", "summary", "minutes", "objectives", "blocks")
show(
    model.InstructorGuide,
    *("at_a_glance", "plan", "materials", "talking_points", "expected_answers", "difficult_moments", "sensitivity"),
    *("no_projector", "shortened"),
)
show(model.PlanStep, "minutes", "what", "how", "lesson")
show(model.TalkingPoint, "text", "cites")
show(model.ExpectedAnswer, "question", "expected", "wrong", "cites")
show(model.DifficultMoment, "situation", "reply")

# --- Blocks ----------------------------------------------------------------------------------------------------------

show(Cited, "cites")
show(blocks.TextBlock, "type", "text", "cites")
show(blocks.KeyPoints, "type", "title", "points")
show(blocks.KeyPoint, "text", "cites")
show(blocks.Notice, "type", "kind", "title", "text", "cites")
show(blocks.Figure, "type", "src", "alt", "caption", "description", "credit", "cites")
show(blocks.Table, "type", "caption", "header", "rows", "row_headers", "cites")
show(blocks.Timeline, "type", "title", "moments")
show(blocks.Moment, "when", "year", "at", "events")
show(blocks.TimelineEvent, "text", "cites")
show(blocks.RolesChart, "type", "title", "groups", "links")
show(blocks.ChartGroup, "title", "boxes")
show(blocks.ChartBox, "id", "title", "text", "cites")
show(blocks.ChartLink, "source", "target", "label", "cites")
show(blocks.Scenario, "type", "title", "text", "questions", "discussion", "guidance", "cites")
show(
    blocks.Activity,
    *("type", "title", "aim", "minutes", "group_size", "materials", "steps", "cards", "debrief", "paper_only"),
    *("on_your_own", "guidance", "cites"),
)
show(blocks.Card, "id", "text", "answer", "cites")
show(blocks.Reflection, "type", "prompts", "lines", "cites")
show(blocks.Checkpoint, "type", "title", "items")
show(blocks.InstructorNote, "type", "title", "text", "cites")

# --- Sources ---------------------------------------------------------------------------------------------------------

show(sources.Sources, "documents")
show(sources.Document, "id", "title", "publisher", "locator", "as_of", "language", "passages", "errata")
show(sources.Passage, "id", "locator", "label", "facts")
show(sources.Fact, "id", "text", "recheck", "recheck_by")
show(sources.Erratum, "id", "passage", "says", "should_say", "evidence")

# --- Items -----------------------------------------------------------------------------------------------------------

show(items.ItemBase, *_ITEM)
show(items.SingleChoice, *_TYPED, "options", "key")
show(items.MultipleResponse, *_TYPED, "options", "key")
show(items.TrueFalse, *_TYPED, "key")
show(items.Matching, *_TYPED, "premises", "responses")
show(items.Ordering, *_TYPED, "elements")
show(items.Numeric, *_TYPED, "key", "tolerance", "unit")
show(items.ShortAnswer, *_TYPED, "accept")
show(items.Cloze, *_TYPED, "text", "gaps")
show(items.Categorise, *_TYPED, "categories", "elements")
show(items.Essay, *_TYPED, "rubric", "model_answer", "words")
show(items.Option, "id", "text")
show(items.Choice, "id", "text")
show(items.Premise, "id", "text", "match")
show(items.Sorted, "id", "text", "category")
show(items.Gap, "id", "accept")
show(items.Criterion, "id", "text", "points")
show(items.Picture, "src", "alt")
show(items.Stimulus, "id", "title", "text", "picture", "cites")

# --- Tests -----------------------------------------------------------------------------------------------------------

show(
    blueprint.Assessment,
    *("id", "title", "purpose", "instructions", "minutes", "attempts", "cut_score", "blueprint"),
)
show(blueprint.Blueprint, "items")
show(assembly.Form, "id")
show(Allowance, "code", "kind")
