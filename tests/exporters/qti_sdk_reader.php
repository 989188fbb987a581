<?php
// Lets QTI-SDK read items and tests of QTI 2.1 and score responses.
//
//     php qti_sdk_reader.php SOURCE < documents.json
//
// SOURCE is the folder src of QTI-SDK. Documents come as {path: {"xml": …, "responses": [{variable: value, …}, …]}}; a value
// is a text, a list of texts or null. Prints {path: {"scores": […]}} for an item, {path: {"draws": [[count, items], …]}}
// for a test, as JSON.
[, $source] = $argv;
spl_autoload_register(function (string $class) use ($source): void {
    $file = "$source/" . str_replace('\\', '/', $class) . '.php';
    if (is_file($file)) {
        require $file;
    }
});

use qtism\common\datatypes\{QtiDirectedPair, QtiFloat, QtiIdentifier, QtiString};
use qtism\common\enums\{BaseType, Cardinality};
use qtism\data\storage\xml\XmlDocument;
use qtism\runtime\common\{MultipleContainer, OrderedContainer, ResponseVariable, State};
use qtism\runtime\tests\AssessmentItemSession;

function value(int $type, string $text): object {
    return match ($type) {
        BaseType::IDENTIFIER => new QtiIdentifier($text),
        BaseType::FLOAT => new QtiFloat((float) $text),
        BaseType::DIRECTED_PAIR => new QtiDirectedPair(...explode(' ', $text)),
        default => new QtiString($text),
    };
}

function score(object $item, array $given): float {
    $variables = [];
    foreach ($item->getResponseDeclarations() as $declared) {
        $type = $declared->getBaseType();
        $many = $declared->getCardinality();
        $answer = $given[$declared->getIdentifier()] ?? null;
        if ($many !== Cardinality::SINGLE) {
            $values = array_map(fn($text) => value($type, $text), $answer ?? []);
            $answer = $many === Cardinality::ORDERED
                ? new OrderedContainer($type, $values) : new MultipleContainer($type, $values);
        } else if ($answer !== null) {
            $answer = value($type, $answer);
        }
        $variables[] = new ResponseVariable($declared->getIdentifier(), $many, $type, $answer);
    }
    $session = new AssessmentItemSession($item);
    $session->beginItemSession();
    $session->beginAttempt();
    $session->endAttempt(new State($variables));
    return $session['SCORE']->getValue();
}

$found = [];
foreach (json_decode(stream_get_contents(STDIN), true) as $path => $one) {
    $document = new XmlDocument();
    $document->loadFromString($one['xml'], false);
    $root = $document->getDocumentComponent();
    if ($root instanceof qtism\data\AssessmentTest) {
        $draws = [];
        foreach ($root->getComponentsByClassName('assessmentSection') as $section) {
            if ($section->hasSelection()) {
                $draws[] = [$section->getSelection()->getSelect(), count($section->getSectionParts())];
            }
        }
        $found[$path] = ['draws' => $draws];
    } else {
        $found[$path] = ['scores' => array_map(fn($given) => score($root, $given), $one['responses'])];
    }
}
echo json_encode($found);
