import AjvDraft04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { languages } from '../../src/kernel/text.ts';
import { finding } from '../finding.ts';
import { scanResult } from '../scan-result.ts';
import { anyScan } from './any-scan.ts';
import { packaged, rendered } from './rendered.ts';

// One of its patterns is no regular expression in Unicode mode.
const ajv = new AjvDraft04.default({ allErrors: true, strict: false, unicodeRegExp: false });
addFormats.default(ajv);
// The schema of OASIS, from a package that carries it.
const validate = ajv.compile(JSON.parse(packaged('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json')));

interface Place {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string };
    readonly region: { readonly startLine: number };
  };
}
interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly message: { readonly text: string };
  readonly locations: readonly Place[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
}
interface Rule {
  readonly id: string;
  readonly help: { readonly text: string; readonly markdown: string };
  readonly properties: Readonly<Record<string, string | readonly string[]>>;
}
interface Run {
  readonly tool: { readonly driver: { readonly rules: readonly Rule[] } };
  readonly originalUriBaseIds: Readonly<Record<string, { readonly uri?: string }>>;
  readonly results: readonly Result[];
}

function runOf(text: string): Run {
  const { runs } = JSON.parse(text) as { readonly runs: readonly Run[] };
  const [run] = runs;
  if (run === undefined || runs.length !== 1) throw new Error('There is no run, or more than one.');
  return run;
}

function uriOf(file: string, root = '/srv/app'): Promise<object | undefined> {
  const one = finding({ evidence: [{ seen: { en: 'x', zh: 'x' }, where: { file } }] });
  return rendered(scanResult({ findings: [one] }), 'sarif', 'en', root).then(
    (text) => runOf(text).results[0]?.locations[0]?.physicalLocation.artifactLocation,
  );
}

/** What GitHub code scanning turns away, or does not show, besides what the schema says. */
function faultsFor(run: Run): string[] {
  const { rules } = run.tool.driver;
  const ofRules = rules.flatMap(({ id, help, properties }) => {
    const figure = properties['security-severity'];
    return [
      help.text === '' || help.markdown === '' ? `${id}: no help` : '',
      figure === undefined || (Number(figure) > 0 && Number(figure) <= 10) ? '' : `${id}: severity ${String(figure)}`,
      (properties['tags']?.length ?? 0) <= 10 ? '' : `${id}: too many tags`,
    ];
  });
  const ofResults = run.results.flatMap(({ ruleId, ruleIndex, message, locations, partialFingerprints }) => [
    rules[ruleIndex]?.id === ruleId ? '' : 'ruleIndex of another rule',
    message.text === '' ? 'no message' : '',
    /\]\(|\{\d+\}/.test(message.text) ? 'a link or placeholder in a message' : '',
    locations.length >= 1 && locations.length <= 10 ? '' : 'places',
    partialFingerprints['primaryLocationLineHash'] === undefined ? 'no fingerprint' : '',
    ...locations.map(({ physicalLocation: { artifactLocation, region } }) => faultOf(artifactLocation, region, run)),
  ]);
  return [...ofRules, ...ofResults, run.results.length <= 25_000 ? '' : 'too many results'].filter((one) => one !== '');
}

function faultOf(
  { uri, uriBaseId }: Place['physicalLocation']['artifactLocation'],
  { startLine }: { readonly startLine: number },
  { originalUriBaseIds }: Run,
): string {
  if (startLine < 1) return 'no line';
  if (uriBaseId === undefined) return uri.startsWith('file:///') ? '' : `an address of no base: ${uri}`;
  if (originalUriBaseIds[uriBaseId] === undefined) return `no base ${uriBaseId}`;
  const base = 'file:///base/';
  // A relative address stays below its base, unless the user named a file above it.
  const whole = URL.canParse(uri, base) ? new URL(uri, base).href : '';
  return /^[a-z]+:|^\/|\\/i.test(uri) || !(whole.startsWith(base) || uri.startsWith('..'))
    ? `not relative: ${uri}`
    : '';
}

describe('the SARIF report', () => {
  it.each(languages)('in %s follows the schema of OASIS and what GitHub asks for', async (language) => {
    const text = await rendered(scanResult(), 'sarif', language);
    validate(JSON.parse(text));
    expect(validate.errors ?? []).toEqual([]);
    expect(faultsFor(runOf(text))).toEqual([]);
  });

  it('does so whatever the targets are called', async () => {
    await fc.assert(
      fc.asyncProperty(anyScan, async (scan) => {
        const text = await rendered(scan, 'sarif');
        validate(JSON.parse(text));
        expect(validate.errors ?? []).toEqual([]);
        expect(faultsFor(runOf(text))).toEqual([]);
      }),
    );
  });

  it('would be found out: the schema refuses what is no report', () => {
    expect(validate({ version: '2.1.0', runs: [{}] })).toBe(false);
  });

  it.each([
    ['/srv/app/.mcp.json', { uri: '.mcp.json', uriBaseId: '%SRCROOT%' }],
    ['./sub//.mcp.json', { uri: 'sub/.mcp.json', uriBaseId: '%SRCROOT%' }],
    ['sub\\b c.json', { uri: 'sub/b%20c.json', uriBaseId: '%SRCROOT%' }],
    ['../a.json', { uri: '../a.json', uriBaseId: '%SRCROOT%' }],
    ['/srv/app', { uri: 'file:///srv/app' }],
    ['/srv/application/a', { uri: 'file:///srv/application/a' }],
    ['~/.cursor/mcp.json', { uri: '.cursor/mcp.json', uriBaseId: '%HOME%' }],
    ['C:\\Users\\审\\a.json', { uri: 'file:///C:/Users/%E5%AE%A1/a.json' }],
    ['审计#1?.json', { uri: '%E5%AE%A1%E8%AE%A1%231%3F.json', uriBaseId: '%SRCROOT%' }],
  ])('says where %s is', async (file, artifact) => {
    expect(await uriOf(file)).toEqual(artifact);
  });

  it('gives a place to what was seen in no file, since GitHub turns reports away that have a result without one', async () => {
    const { results } = runOf(await rendered(scanResult({ findings: [finding()] }), 'sarif'));
    expect(results[0]?.locations[0]?.physicalLocation.artifactLocation).toEqual({
      uri: 'mcp-scan/server/https/a.example/mcp',
      uriBaseId: '%SRCROOT%',
    });
  });

  it('leaves out what is accepted: GitHub shows suppressed results as open', async () => {
    const waiver = { fingerprint: 'a', owner: 'ops', reason: 'r', expires: '2027-01-01' };
    const { results } = runOf(await rendered(scanResult({ findings: [finding({ waiver })] }), 'sarif'));
    expect(results).toEqual([]);
  });

  it('holds no more results than GitHub takes, the worst, and says so', async () => {
    const many = Array.from({ length: 25_002 }, (_, index) => finding({ subject: String(index) }));
    const text = await rendered(scanResult({ findings: many }), 'sarif');
    const run = runOf(text);
    expect(run.results).toHaveLength(25_000);
    expect(run).toMatchObject({
      invocations: [{ toolExecutionNotifications: [{ message: { text: expect.stringContaining('2 results') } }] }],
    });
  });
});
