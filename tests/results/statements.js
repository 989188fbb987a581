// Judges xAPI statements, a JSON list on standard input; prints what is wrong with each that is, one line each.

const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");

const [, , modules] = process.argv;
const { default: judge } = createRequire(`${modules}/`)("@learninglocker/xapi-validation");

JSON.parse(readFileSync(0, "utf8")).forEach((statement, number) => {
  for (const { constructor, path, message } of judge(statement)) {
    console.log(`${number}: ${constructor.name}: ${(path || []).join(".")} ${message || ""}`.trim());
  }
});
