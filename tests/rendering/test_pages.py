"""The site by its meaning: what each page tells, what no page tells, and that the same course gives the same bytes."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from lxml import html

from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.rendering.pages import render_site

PROJECT = Path(__file__).parent.parent / "projects" / "every-block"
Site = dict[str, bytes]


def course_of(folder: Path) -> Course:
    loaded = load_course(folder)
    assert loaded.course is not None, loaded.findings
    return loaded.course


def site_of(course: Course, templates: Path | None = PROJECT) -> Site:
    return {path: make() for path, make in render_site(course, templates=templates, digest="d1g3st")}


@pytest.fixture(scope="module")
def course() -> Course:
    return course_of(PROJECT)


@pytest.fixture(scope="module")
def site(course: Course) -> Site:
    return site_of(course)


@pytest.fixture
def page(site: Site) -> Callable[[str], html.HtmlElement]:
    return lambda path: html.document_fromstring(site[path].decode())


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def every(element: html.HtmlElement, path: str) -> list[str]:
    return [words(found) for found in element.xpath(path)]


def pages_of(site: Site) -> dict[str, html.HtmlElement]:
    return {path: html.document_fromstring(data.decode()) for path, data in site.items() if path.endswith(".html")}


# --- All pages ---------------------------------------------------------------------------------------------------


def test_the_site_is_these_files_in_order(site: Site) -> None:
    assert [path for path in site if not path.startswith("assets/")] == [
        "about.html",
        "glossary.html",
        "index.html",
        "lessons/m1/people.html",
        "lessons/m1/sea.html",
        "lessons/m2/lines.html",
        "media/wave.svg",
        "modules/m1.html",
        "modules/m2.html",
        "practice/m1.html",
        "search.html",
        "sources.html",
    ]
    assert list(site) == sorted(site)
    assert site["media/wave.svg"] == (PROJECT / "course/media/wave.svg").read_bytes()


def test_the_same_course_gives_the_same_bytes_in_any_order(site: Site) -> None:
    backwards = list(render_site(course_of(PROJECT), templates=PROJECT, digest="d1g3st"))[::-1]
    assert {path: make() for path, make in backwards} == site


def test_every_link_on_every_page_leads_somewhere(site: Site) -> None:
    pages = pages_of(site)
    ids = {path: set(tree.xpath("//@id")) for path, tree in pages.items()}
    for path, tree in pages.items():
        assert len(tree.xpath("//@id")) == len(ids[path]), f"an id twice on {path}"
        for link in tree.xpath("//@href | //@src"):
            if link.startswith("https://example.org"):
                continue
            target, place = urldefrag(link)
            folder = Path("/", path).parent
            file = str(Path(*[part for part in (folder / target).parts if part])) if target else f"/{path}"
            while "/../" in file:
                file = re.sub(r"/[^/]+/\.\./", "/", file, count=1)
            name = file.lstrip("/")
            assert name in site, f"{path} links to {link}"
            if place:
                assert unquote(place) in ids[name], f"{path} links to {link}"
        for name in tree.xpath("//@aria-labelledby | //@aria-describedby"):
            assert set(name.split()) <= ids[path], f"{path}: {name}"


def test_no_page_holds_what_is_not_for_trainees(site: Site) -> None:
    for path, data in site.items():
        assert b"SECRET" not in data, path
        assert b"TESTITEM" not in data, path


def test_a_search_tells_no_answers(site: Site) -> None:
    assert b"ANSWERPILOT" in site["practice/m1.html"]
    index = b"".join(data for path, data in site.items() if path.startswith("assets/search"))
    assert b"ANSWERPILOT" not in index
    assert not re.search(rb"\bq[123]\b", index)


def test_nothing_but_the_head_may_load_and_nothing_from_a_network(site: Site) -> None:
    for path, tree in pages_of(site).items():
        [policy] = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        nonce = rules["style-src"]
        assert rules.keys() == {"default-src", "script-src", "style-src", "img-src", "base-uri", "form-action"}
        assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
        assert rules["img-src"] == "'self' data:"
        assert re.fullmatch(r"'nonce-[A-Za-z0-9+/]{24}'", nonce)
        assert re.sub(r" 'sha256-[A-Za-z0-9+/=]{44}'", "", rules["script-src"]) == nonce
        loaded = tree.xpath("//script[not(@type)] | //link[@rel='stylesheet']")
        assert {f"'nonce-{element.get('nonce')}'" for element in loaded} == {nonce}
        assert all(element.getparent().tag == "head" for element in loaded), path
        assert not tree.xpath("//@style | //style | //script[not(@src) and not(@type='application/json')]")


def test_the_nonce_changes_with_what_the_page_shows(course: Course, site: Site) -> None:
    other = site_of(replace(course, info=course.info.model_copy(update={"status": "Changed."})))
    nonce = re.compile(rb"'nonce-[^']+'")
    assert nonce.findall(site["about.html"])[0] != nonce.findall(other["about.html"])[0]


def test_every_page_says_its_language_its_name_and_its_edition(site: Site) -> None:
    titles = set()
    for tree in pages_of(site).values():
        assert (tree.get("lang"), tree.get("dir")) == ("en", "ltr")
        assert len(tree.xpath("//h1")) == 1
        foot = every(tree, "//footer//p")[0]
        assert re.fullmatch(r"Reading a Tide Table Edition 3\.1, correct as of 9 March 2024 · [0-9a-f]{12}", foot), foot
        assert every(tree, "//body/a[1]/@href/..") == ["Skip to the content"]
        titles |= set(every(tree, "//head/title"))
    assert len(titles) == len(pages_of(site))


def test_headings_skip_no_level(site: Site) -> None:
    for path, tree in pages_of(site).items():
        levels = [
            int(heading.tag[1]) for heading in tree.xpath("//main//*[self::h1 or self::h2 or self::h3 or self::h4]")
        ]
        assert levels[0] == 1, path
        assert all(after <= before + 1 for before, after in pairwise(levels)), path


def test_a_course_from_the_right_says_so(course: Course) -> None:
    arabic = replace(course, info=course.info.model_copy(update={"language": "ar"}))
    tree = html.document_fromstring(site_of(arabic)["lessons/m1/people.html"].decode())
    assert (tree.get("lang"), tree.get("dir")) == ("ar", "rtl")
    assert set(tree.xpath("//*[local-name()='svg' and @role='img']/@direction")) == {"rtl"}


# --- Start, module -----------------------------------------------------------------------------------------------


def test_the_start_page_tells_what_how_long_and_what_not(page: Callable[[str], html.HtmlElement]) -> None:
    start = page("index.html")
    assert every(start, "//h1") == ["Reading a Tide Table And coming home dry"]
    facts = dict(zip(every(start, "//dl[@class='label']//dt"), every(start, "//dl[@class='label']//dd"), strict=True))
    assert facts == {"Length": "1 h 30 min", "Parts": "2 modules", "Source date": "9 March 2024", "Edition": "3.1"}
    assert every(start, "//*[@class='status']/div") == ["This course is unofficial."]
    assert start.xpath("//a[@id='start']/@href") == ["lessons/m1/sea.html"]


def test_the_start_page_shows_every_way_through_the_course(page: Callable[[str], html.HtmlElement]) -> None:
    full, short = page("index.html").xpath("//details[@data-way]")
    assert (full.get("open"), short.get("open")) == ("", None)
    assert every(full, "summary") == ["Full course 1 h 30 min"]
    assert every(full, "ol/li") == ["30 min Welcome", "40 min The sea", "20 min The table"]
    assert short.xpath(".//a/@href") == ["modules/m1.html", "lessons/m1/people.html"]


def test_a_module_tells_what_it_gives_and_what_it_rests_on(page: Callable[[str], html.HtmlElement]) -> None:
    module = page("modules/m1.html")
    assert every(module, "//ul[@class='objectives']/li") == [
        "1.1 Tell what a tide is.",
        "1.2 Name who keeps the table.",
    ]
    assert every(module, "//ol[@class='lesson-list']//h3") == [
        "How the sea moves",
        "Who writes it down",
        "Practice quiz",
    ]
    assert every(module, "//span[@class='cites']/a") == ["H1", "H2"]
    assert every(module, "//nav[@class='around']/a") == ["Next Module 2: The table"]


# --- Lessons -----------------------------------------------------------------------------------------------------


def test_a_lesson_knows_its_place(page: Callable[[str], html.HtmlElement]) -> None:
    lesson = page("lessons/m1/people.html")
    assert every(lesson, "//nav[@class='breadcrumbs']//li") == ["Start page", "Module 1: The sea", "Who writes it down"]
    assert every(lesson, "//main/header/p") == ["Lesson 2 of 2 · About 1 minute to read · In class: 25 min"]
    assert every(lesson, "//nav[@class='around']/a") == ["Previous How the sea moves", "Next Practice quiz"]
    assert every(lesson, "//nav[@class='contents']//a[@aria-current='page']") == ["Who writes it down"]


def test_statements_link_to_their_passages(page: Callable[[str], html.HtmlElement]) -> None:
    point = page("lessons/m1/sea.html").xpath("//section[contains(@class,'key-points')]//li")[1]
    assert words(point) == "A table tells when. H1.2 H2"
    assert point.xpath(".//a/@aria-label") == ["Source H1.2: What a tide is", "Source H2: Who keeps the table"]
    assert point.xpath(".//a/@href") == ["../../sources.html#fact-H1.2", "../../sources.html#passage-H2"]


def test_terms_link_at_first_use_outside_links_headings_and_code(page: Callable[[str], html.HtmlElement]) -> None:
    lesson = page("lessons/m1/sea.html")
    assert every(lesson, "//a[@class='term']") == ["tide", "HM", "spring tide"]
    assert not lesson.xpath("//*[self::h1 or self::h2 or self::h3 or self::th or self::code]//a[@class='term']")
    assert every(lesson, "//*[@id='def-hm']") == ["Harbour master. Keeps the table."]


def test_notices_say_what_they_are_in_words(page: Callable[[str], html.HtmlElement]) -> None:
    lesson = page("lessons/m1/sea.html")
    titles = every(lesson, "//aside/h2")
    assert titles == ["Note", "Caution: Soft sand", "Before you read on"]
    assert every(lesson, "//aside[contains(@class,'sensitivity')]/div/p") == [
        "People have drowned here.",
        "You may step out at any time.",
    ]


def test_pictures_and_tables_have_their_words(page: Callable[[str], html.HtmlElement]) -> None:
    lesson = page("lessons/m1/sea.html")
    assert lesson.xpath("//figure/img/@alt") == ["A wave."]
    assert every(lesson, "//figure//details/div") == ["Four crests of one height."]
    [table] = lesson.xpath("//table[caption]")
    assert table.getparent().get("tabindex") == "0"
    assert every(table, "thead/tr/th[@scope='col']") == ["Day", "Morning", "Evening"]
    assert every(table, "tbody/tr/th[@scope='row']") == ["Monday", "Tuesday"]


def test_drawn_figures_have_the_same_content_as_text(page: Callable[[str], html.HtmlElement]) -> None:
    timeline, chart = page("lessons/m1/people.html").xpath("//figure")
    assert len(timeline.xpath(".//*[local-name()='svg' and @role='img']")) == 2
    moments = [(every(moment, "dt"), len(moment.xpath("dd"))) for moment in timeline.xpath(".//dl/div")]
    assert moments == [(["March 1924"], 1), (["1950"], 2), (["Early 2024"], 1)]
    assert every(chart, ".//details//dt") == ["Harbour master", "Clerk", "Pilot"]
    assert every(chart, ".//details/ul/li") == ["Pilot helps Harbour master H2.1"]


def test_a_scenario_is_marked_as_invented(page: Callable[[str], html.HtmlElement]) -> None:
    [scenario] = page("lessons/m1/people.html").xpath("//section[contains(@class,'scenario')]")
    assert every(scenario, "p[@class='tag']") == ["Invented for training"]
    assert len(scenario.xpath("ol/li")) == 2
    assert "the harbour master keeps it" in words(scenario.xpath("details")[0])


def test_an_activity_has_all_a_group_needs(page: Callable[[str], html.HtmlElement]) -> None:
    [activity] = page("lessons/m1/people.html").xpath("//section[contains(@class,'activity')]")
    facts = dict(zip(every(activity, "dl//dt"), every(activity, "dl//dd"), strict=True))
    assert facts == {"Time": "10 minutes", "Group size": "2 to 3", "Have ready": "A table; A pencil"}
    assert every(activity, "ol/li") == ["Pick a day.", "Read the line."]
    assert every(activity, ".//ul[@class='cards']/li") == ["A Noon on Monday", "B Five on Monday"]
    assert every(activity, "details/summary") == ["The 2 cards", "Without any screen", "On your own"]


def test_text_of_an_author_stays_text(page: Callable[[str], html.HtmlElement]) -> None:
    assert every(page("lessons/m2/lines.html"), "//div[@id='b1']/p") == ["Lines & columns: café <b>tables</b>."]


def test_only_pages_with_questions_load_the_quiz(site: Site) -> None:
    with_quiz = {path for path, tree in pages_of(site).items() if tree.xpath("//script[contains(@src, '/quiz/')]")}
    assert with_quiz == {"lessons/m1/sea.html", "practice/m1.html"}


# --- Glossary, sources, about ------------------------------------------------------------------------------------


def test_the_glossary_is_in_order_and_says_what_a_word_is(page: Callable[[str], html.HtmlElement]) -> None:
    glossary = page("glossary.html")
    assert every(glossary, "//dl[@class='terms']//dt") == ["Ébb", "HM", "spring tide", "tide"]
    assert every(glossary, "//*[@id='term-tide']//*[@class='remark']") == [
        "Not defined in the source. Add your national definition."
    ]
    assert every(glossary, "//*[@id='term-tide']//*[@class='see']") == ["See also: spring tide"]
    assert every(glossary, "//*[@id='term-ebb']//*[@class='remark']") == [
        "Added by this course; the source does not use it."
    ]


def test_sources_tell_both_ways(page: Callable[[str], html.HtmlElement]) -> None:
    sources = page("sources.html")
    assert every(sources, "//article/h4") == [
        "H1 What a tide is",
        "H2 Who keeps the table",
        "H3 A passage that nothing cites",
    ]
    assert every(sources, "//*[@id='fact-H1.2']") == [
        "H1.2 The harbour master publishes a table. Check again before you rely on it: The table changes each year."
    ]
    second, third = sources.xpath("//article")[1:]
    assert every(second, ".//ul[@class='uses']/li") == [
        "How the sea moves Module 1 · H2",
        "Who writes it down Module 1 · H2.1",
        "Practice quiz, 1 question Module 1",
    ]
    assert second.xpath(".//ul[@class='uses']/li/a/@href")[1] == "lessons/m1/people.html#b1"
    assert "No lesson or practice question rests on this passage." in words(third)


def test_errata_stand_apart_with_their_evidence(page: Callable[[str], html.HtmlElement]) -> None:
    [errata] = page("sources.html").xpath("//section[@class='errata']")
    assert every(errata, ".//dt") == ["The source says", "Right is", "Evidence from outside the source"]
    assert every(errata, ".//dd")[1:] == ["The table is from 2024.", "The cover of the table itself."]


def test_about_tells_edition_dates_digest_and_privacy(page: Callable[[str], html.HtmlElement]) -> None:
    about = page("about.html")
    facts = dict(zip(every(about, "//dl//dt"), every(about, "//dl//dd"), strict=True))
    assert facts["Edition"] == "3.1"
    assert facts["Sources as of"] == "9 March 2024"
    assert facts["Look through again by"] == "31 January 2030"
    assert facts["Licence"] == "CC-BY-4.0"
    assert facts["Content digest"].startswith("d1g3st")
    assert about.xpath("//*[@id='device']//button[@id='clear']")
    assert every(about, "//p[@class='statement']") == ["By A walker, for walkers."]


# --- Digests -----------------------------------------------------------------------------------------------------


def test_the_digest_of_a_page_changes_with_what_it_shows_and_not_before(course: Course, site: Site) -> None:
    def foots(pages: Site) -> dict[str, str]:
        return {path: every(tree, "//footer//code")[0] for path, tree in pages_of(pages).items()}

    other = replace(course, digest="another", media={"wave.svg": "another"})
    changed = {path for path, foot in foots(site_of(other)).items() if foots(site)[path] != foot}
    assert changed == {path for path, page in pages_of(site).items() if page.xpath("//img[contains(@src, 'wave.svg')]")}
    assert len(changed) > 0
    longer = course.modules[0].model_copy(update={"summary": "Said anew."})
    other = replace(course, modules=(longer, *course.modules[1:]))
    pages = foots(site_of(other))
    assert {path for path, foot in pages.items() if foots(site)[path] != foot} == {"index.html", "modules/m1.html"}


def test_a_page_without_a_digest_of_the_course_has_none_at_its_foot(course: Course) -> None:
    pages = {path: make() for path, make in render_site(course, templates=PROJECT)}
    assert not [path for path, tree in pages_of(pages).items() if tree.xpath("//footer//code")]


# --- Templates of the course -------------------------------------------------------------------------------------


def test_a_course_brings_its_brand_and_its_own_templates(course: Course, tmp_path: Path) -> None:
    shutil.copytree(PROJECT, tmp_path, dirs_exist_ok=True)
    block = tmp_path / "templates" / "site" / "blocks" / "text.html"
    block.parent.mkdir(parents=True)
    block.write_text('<div id="{{ name }}">MINE {{ md(block.text) }}</div>', encoding="utf-8")
    own = site_of(course, tmp_path)
    assert own["assets/brand.css"] == (PROJECT / "templates" / "brand.css").read_bytes()
    assert b"MINE <p>Lines" in own["lessons/m2/lines.html"]
    last = html.document_fromstring(own["index.html"].decode()).xpath("//link[@rel='stylesheet']/@href")[-1]
    assert last == "assets/brand.css"


def test_templates_can_be_left_out(course: Course) -> None:
    plain = site_of(course, None)
    assert "assets/brand.css" not in plain
    assert b"By A walker, for walkers." not in plain["about.html"]
    assert b"brand.css" not in plain["index.html"]


def test_other_scripts_can_be_linked(course: Course) -> None:
    files = dict(render_site(course, templates=None, scripts=("package/api.js",)))
    tree = html.document_fromstring(files["lessons/m1/sea.html"]().decode())
    scripts = tree.xpath("//script[@nonce]/@src")
    # It may decide where the page keeps things, so it comes before those that keep them.
    assert scripts.index("../../package/api.js") < scripts.index("../../assets/site.js")


# --- Weight ------------------------------------------------------------------------------------------------------


def test_a_lesson_weighs_less_than_a_hundred_kilobytes(site: Site) -> None:
    for path, tree in pages_of(site).items():
        linked = [link.rsplit("../", 1)[-1] for link in tree.xpath("//script/@src | //link/@href")]
        scripts = sum(len(site[name]) for name in linked if name.endswith(".js"))
        if path.startswith(("lessons/", "practice/")):
            assert scripts <= 40_000, path
            assert len(site[path]) + sum(len(site[name]) for name in linked) <= 100_000, path
