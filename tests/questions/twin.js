// Answers questions to the JavaScript twins, one JSON line in and one out: {"do": "score", …}.
// Usage: node twin.js shuffle.js scoring.js

const { readFileSync } = require("node:fs");
const { createInterface } = require("node:readline");
const { runInThisContext } = require("node:vm");

for (const file of process.argv.slice(2)) runInThisContext(readFileSync(file, "utf-8"), { filename: file });
const { shuffle, scoring } = runInThisContext("({ shuffle: KitbagShuffle, scoring: KitbagScoring })");

function score({ item, response, rule, default: standard }) {
  try {
    const { marks, possible, attempted, pending } = scoring.score(item, response, rule, standard);
    return { marks: scoring.toText(marks), possible: scoring.toText(possible), attempted, pending };
  } catch (error) {
    if (error instanceof scoring.BadResponse) return { error: error.message };
    throw error;
  }
}

const answers = {
  score,
  scores: ({ all }) => all.map(score),
  fold: ({ text }) => scoring.foldText(text),
  folds: ({ from, to }) => {
    const folded = [];
    for (let code = from; code < to; code += 1) folded.push(scoring.foldText(String.fromCodePoint(code)));
    return folded;
  },
  numbers: ({ all }) => all.map((text) => scoring.readNumbers(text).map(scoring.toText)),
  marks: ({ all }) => all.map((text) => scoring.marksText(scoring.fromText(text))),
  passes: ({ marks, possible, cut }) => scoring.passes(scoring.fromText(marks), scoring.fromText(possible), cut),
  shuffled: ({ seed, item, ids }) => shuffle.shuffled(seed, item, ids),
  drawn: ({ seed, quiz, ids, count }) => shuffle.drawn(seed, quiz, ids, count),
  order: ({ item, seed }) => shuffle.shownOrder(item, seed),
  sha256: ({ text }) => shuffle.sha256(text),
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const question = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(answers[question.do](question))}\n`);
});
