// Says what the author's rule makes of each case: passed, the score, and the better of two results.
const fs = require("fs");
const vm = require("vm");
const { scripts, cases } = JSON.parse(fs.readFileSync(0, "utf-8"));

for (const script of scripts) vm.runInThisContext(fs.readFileSync(script, "utf-8"), { filename: script });
const run = vm.runInThisContext(`({ quizzes, best, measures, scored, lessonsCount, done, opened, cut, other }) => {
  const data = { quizzes, measures, scored, lessonsCount };
  const memory = { best, done, opened, sittings: [] };
  return {
    ...KitbagUnitRule.status(data, memory, cut),
    score: KitbagUnitRule.score(data, memory),
    steps: KitbagUnitRule.steps(data, memory),
    better: KitbagUnitRule.better(best[0], other),
  };
}`);
console.log(JSON.stringify(cases.map(run)));
