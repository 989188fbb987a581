// Says how each platform is told of an answer: SCORM's two versions by their own scripts, cmi5 by what they share.
const fs = require("fs");
const vm = require("vm");
const { scripts, cases } = JSON.parse(fs.readFileSync(0, "utf-8"));

Object.assign(globalThis, { window: globalThis, parent: globalThis, top: globalThis, opener: null });
for (const script of scripts) vm.runInThisContext(fs.readFileSync(script, "utf-8"), { filename: script });

const interaction = vm.runInThisContext(`({ item, answer }) => (
  KitbagResponses.interaction({ objective: "o", ...item }, answer, "id", "Text", 61))`);

async function told(platform, one) {
  const said = {};
  const api = { Commit: () => "true", GetValue: (name) => (name.endsWith("_children") ? "id" : ""), GetLastError: () => "0" };
  api.Initialize = () => "true";
  api.SetValue = (name, value) => { said[name.replace("cmi.interactions.0.", "")] = value; return "true"; };
  for (const verb of Object.keys(api)) api["LMS" + verb] = api[verb];
  Object.assign(globalThis, { API: api, API_1484_11: api });
  const running = globalThis.kitbagPlatform({ platform, cut: 80 });
  await running.open(() => {});
  running.interactions({ submitted: "2026-01-02T10:20:30+02:00", interactions: [one] });
  return said;
}

(async () => {
  const found = [];
  for (const one of cases.map(interaction)) found.push([await told("scorm12", one), await told("scorm2004", one)]);
  console.log(JSON.stringify(found));
})();
