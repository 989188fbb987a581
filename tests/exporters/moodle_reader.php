<?php
// Imports a file of questions into an installed Moodle, reads the questions back, and lets them mark responses.
//
//     php moodle_reader.php MOODLE FORMAT FILE < responses.json
//
// MOODLE is the folder of Moodle's config.php, FORMAT is xml or gift. Responses come as {name: [response, …]}: positions of
// options or elements, texts for stems, or what is typed. Prints {name: {…, "marks": [fraction, …]}} as JSON.
define('CLI_SCRIPT', true);
[, $moodle, $format, $file] = $argv;
require("$moodle/config.php");
require_once("$CFG->libdir/questionlib.php");
require_once("$CFG->dirroot/course/lib.php");
require_once("$CFG->dirroot/question/format.php");
require_once("$CFG->dirroot/question/format/$format/format.php");

function import(string $format, string $file): array {
    global $DB;
    $course = create_course((object) ['fullname' => 'Kitbag', 'shortname' => uniqid('kitbag'), 'category' => 1]);
    $context = context_course::instance($course->id);
    $class = "qformat_$format";
    $importer = new $class();
    $importer->setCategory(question_make_default_categories([$context]));
    $importer->setContexts([$context]);
    $importer->setCourse($course);
    $importer->setFilename($file);
    $importer->setRealfilename(basename($file));
    $importer->setMatchgrades('error');
    $importer->setCatfromfile(true);
    $importer->setContextfromfile(false);
    $importer->setStoponerror(true);
    $importer->set_display_progress(false);
    if (!$importer->importpreprocess() || !$importer->importprocess() || !$importer->importpostprocess()) {
        fwrite(STDERR, "Moodle refuses the file.\n");
        exit(1);
    }
    return $DB->get_records_sql(
        'SELECT q.id, e.idnumber, c.name AS category FROM {question} q
           JOIN {question_versions} v ON v.questionid = q.id
           JOIN {question_bank_entries} e ON e.id = v.questionbankentryid
           JOIN {question_categories} c ON c.id = e.questioncategoryid
          WHERE c.contextid = ? AND q.parent = 0 ORDER BY q.id', [$context->id]);
}

function told(question_definition $question, stdClass $row): array {
    $files = get_file_storage()->get_area_files($question->contextid, 'question', 'questiontext', $row->id, 'id', false);
    $told = [
        'type' => $question->get_type_name(),
        'category' => $row->category,
        'idnumber' => $row->idnumber,
        'text' => $question->questiontext,
        'rationale' => $question->generalfeedback,
        'points' => (float) $question->defaultmark,
        'tags' => array_values(core_tag_tag::get_item_tags_array('core_question', 'question', $row->id)),
        'files' => array_values(array_map(fn($file) => $file->get_filename(), $files)),
    ];
    if ($question instanceof qtype_truefalse_question) {
        $told['key'] = (bool) $question->rightanswer;
        $told['answers'] = [['true', $question->truefeedback], ['false', $question->falsefeedback]];
    } else if (isset($question->answers)) {
        $told['answers'] = array_values(array_map(fn($one) => [$one->answer, $one->feedback], $question->answers));
    }
    if ($question instanceof qtype_match_question) {
        $told['pairs'] = array_values(array_map(
            fn($stem, $right) => [$stem, format_string($question->choices[$right])], $question->stems, $question->right));
        $told['choices'] = array_values(array_map('format_string', $question->choices));
    }
    if ($question instanceof qtype_multianswer_question) {
        $told['gaps'] = array_values(array_map(
            fn($gap) => array_values(array_map(fn($one) => [$one->answer, $one->feedback], $gap->answers)),
            $question->subquestions));
    }
    if ($question instanceof qtype_essay_question) {
        $told['rubric'] = $question->graderinfo;
    }
    return $told;
}

function mark(question_definition $question, $given): float {
    $step = new question_attempt_step();
    $question->start_attempt($step, 1);
    $answers = isset($question->answers) ? array_keys($question->answers) : [];
    switch ($question->get_type_name()) {
        case 'multichoice':
            $order = array_flip(explode(',', $step->get_qt_var('_order')));
            $places = array_map(fn($position) => $order[$answers[$position]], $given);
            $response = $question instanceof qtype_multichoice_single_question
                ? ($places ? ['answer' => (string) $places[0]] : [])
                : array_fill_keys(array_map(fn($place) => "choice$place", $places), '1');
            break;
        case 'truefalse':
            $response = $given ? ['answer' => $given[0] === 0 ? '1' : '0'] : [];
            break;
        case 'match':
            $stems = explode(',', $step->get_qt_var('_stemorder'));
            $choices = explode(',', $step->get_qt_var('_choiceorder'));
            $response = [];
            foreach ($stems as $place => $stem) {
                $position = array_search($stem, array_keys($question->stems));
                $text = $given[$position] ?? null;
                $number = array_search(array_search($text, $question->choices), $choices);
                $response["sub$place"] = $text === null ? '0' : (string) ($number + 1);
            }
            break;
        case 'ordering':
            $keys = array_map(fn($position) => $question->answers[$answers[$position]]->md5key, $given);
            $response = [$question->get_response_fieldname() => implode(',', $keys)];
            break;
        case 'multianswer':
            $response = [];
            foreach ($given as $place => $typed) {
                $response['sub' . ($place + 1) . '_answer'] = $typed;
            }
            break;
        default:
            $response = ['answer' => $given];
    }
    return $question->is_gradable_response($response) ? (float) $question->grade_response($response)[0] : 0.0;
}

\core\session\manager::set_user(get_admin());
$responses = json_decode(stream_get_contents(STDIN), true);
$found = [];
foreach (import($format, $file) as $row) {
    $question = question_bank::load_question($row->id);
    $marks = array_map(fn($given) => mark($question, $given), $responses[$question->name] ?? []);
    $found[$question->name] = told($question, $row) + ['marks' => $marks];
}
echo json_encode($found, JSON_UNESCAPED_UNICODE);
