import { parametersOf, type ToolLike, wordsOf } from './tool-like.ts';
import { codeParameter, isFreeText, openingOf, runVerbs, wordSet } from './tool-words.ts';

const RUNS_TEXT =
  /\b(?:execut(?:e|es|ing|ion)|run(?:s|ning)?|eval(?:uate|uates)?|interpret(?:s|er)?) (?:(?:of )?(?:a|an|the|any|arbitrary|your|given|specified|raw|python|typescript|javascript|js|node|shell|bash|system|terminal|os|command[- ]line|one-off|or|and|user|custom|playwright) ){0,6}(?:commands?|code|scripts?|snippets?|python|javascript|typescript|programs?|code\/commands)\b|\b(?:shell|terminal|bash|powershell) (?:commands?|process|session)\b|\barbitrary (?:javascript|python|typescript|code|commands?)\b/;
const KEPT_IN =
  /\bsandbox(?:ed|es)?\b|\b(?:in|inside|within) (?:(?:a|an|the|its|their|new|docker|linux|secure|specific|ephemeral) ){0,4}(?:isolated|container|micro-?vm|jail)\b|\b(?:pyodide|webassembly|wasm|e2b|docker container)\b/;
const IN_PAGE =
  /\b(?:in|on|of|against) (?:the |a |an )?(?:current |selected |active |open |browser )?(?:page|pages|tab|browser|browser console|frame|dom|element|document|web ?view)\b/;
// The argument of one program, which is as good as that program's own bounds.
const ONE_PROGRAM = /\b(?:kubectl|helm|git|terraform|redis|sqlcmd|argocd|adb|xcodebuild|simctl|slash|bot|cli)\b/;
const LOOKS_ONLY = wordSet(
  'analyze lint format validate review explain search find check parse highlight render generate translate get list read describe convert test',
);

/** Where a tool would run code. */
export interface Runner {
  /** Path of the parameter with the command or code. */
  readonly parameter: string;
  /** `machine`: nothing is said to keep it in. `sandbox` and `page`: so it says. `program`: arguments of one program. */
  readonly where: 'machine' | 'sandbox' | 'page' | 'program';
}

/** The parameter by which a tool takes a command or code to run; undefined where it runs nothing of the caller's. */
export function runsAnything(tool: ToolLike): Runner | undefined {
  const words = wordsOf(tool.name);
  const about = openingOf(tool.description);
  const namesRunning = words.some((word) => runVerbs.has(word));
  if (!namesRunning && words.some((word) => LOOKS_ONLY.has(word))) return undefined;
  const parameter = parametersOf(tool).find(({ name, schema }) => codeParameter.test(name) && isFreeText(schema));
  if (parameter === undefined) return undefined;
  const said = `${about} ${openingOf(parameter.description)} ${words.join(' ')}`;
  if (!RUNS_TEXT.test(said)) return undefined;
  return { parameter: parameter.path, where: whereOf(said) };
}

function whereOf(said: string): Runner['where'] {
  if (KEPT_IN.test(said)) return 'sandbox';
  if (IN_PAGE.test(said)) return 'page';
  return ONE_PROGRAM.test(said) ? 'program' : 'machine';
}
