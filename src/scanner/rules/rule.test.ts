import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MerlonError } from '../../kernel/errors.ts';
import type { Answer } from '../check.ts';
import { blind, saw } from '../look.ts';
import { defaultThresholds } from '../thresholds.ts';
import { type Rule, readRules } from './rule.ts';
import { tryRule } from './try-rule.ts';

const about = { now: 0, kind: 'tools', thresholds: defaultThresholds } as const;

/** A rule about tools; `more` replaces lines of it. */
function ruleText(more: Readonly<Record<string, string | undefined>> = {}): string {
  const lines: Readonly<Record<string, string | undefined>> = {
    id: 'test-rule',
    control: 'C14',
    part: 'tools',
    severity: 'medium',
    title: 'It holds.',
    remedy: 'Make it hold.',
    holds: '{ path: isCut, equals: false }',
    examples: '{ good: [{ isCut: false }], bad: [{ isCut: true }] }',
    ...more,
  };
  const said = Object.entries(lines).flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}`]));
  return `rules:\n  - ${said.join('\n    ')}\n`;
}

function ruleOf(more: Readonly<Record<string, string | undefined>>): Rule {
  const [rule] = readRules(ruleText(more), 'rules.yaml');
  return rule ?? expect.fail('no rule');
}

function ask(more: Readonly<Record<string, string | undefined>>, facts: unknown): readonly Answer[] {
  return [ruleOf(more).check.ask(facts as never, about)].flat();
}

const outcomesOf = (more: Readonly<Record<string, string | undefined>>, facts: unknown) =>
  ask(more, facts).map(({ outcome }) => outcome);

function problemsOf(more: Readonly<Record<string, string | undefined>>): unknown {
  try {
    readRules(ruleText(more), 'rules.yaml');
    return 'nothing thrown';
  } catch (error) {
    const { problems } = error as { problems: MerlonError[] };
    return problems.map(({ code, place }) => `${code} ${place?.line}:${place?.column}`);
  }
}

/** A condition about settings of a configuration, which may be anything. */
const config = (holds: string) => ({ part: 'config', holds, examples: '{ good: [{}], bad: [{}] }' });
const setting = (value: unknown) => ({
  file: 'server.yaml',
  settings: { 'a.b': { value, where: { file: 'server.yaml', line: 3 } } },
});
const judged = (operator: string, value: unknown) =>
  outcomesOf(config(`{ path: "settings['a.b'].value", ${operator} }`), setting(value))[0];

describe('an operator', () => {
  it.each([
    ['equals: INFO', 'INFO', 'DEBUG'],
    ['equals: 3', 3, '3'],
    ['equals: true', true, 'true'],
    ['not_equals: a', 'b', 'a'],
    ['in: [a, 1]', 1, '1'],
    ['not_in: [a, b]', 'c', 'b'],
    ['contains: bc', 'abcd', 'ab'],
    ['contains: x', ['x', 'y'], ['xy']],
    ['starts_with: "sha256:"', 'sha256:1', 'xsha256:'],
    ['ends_with: .example', 'a.example', 'a.example.evil'],
    ['matches: "^v\\\\d+$"', 'v12', 'v12x'],
    ['less_than: 5', 4, 5],
    ['at_most: 5', 5, 6],
    ['more_than: 5', 6, 5],
    ['at_least: 5', 5, 4],
    ['is_empty: true', [], ['x']],
    ['is_empty: false', 'x', ''],
    ['length: { at_least: 2, less_than: 4 }', 'abc', 'abcd'],
    ['length: { equals: 1 }', { a: 1 }, {}],
    ['exists: true', 0, null],
    ['exists: false', undefined, false],
    ['starts_with: a, ends_with: b', 'ab', 'ac'],
  ])('%s', (operator, good, bad) => {
    expect(judged(operator, good)).toBe('pass');
    expect(judged(operator, bad)).toBe('fail');
  });

  it.each([
    ['equals: a', undefined],
    ['not_equals: a', undefined],
    ['less_than: 5', '4'],
    ['matches: a', 5],
    ['matches: a', 'b'.repeat(65_537)],
    ['contains: a', 5],
    ['length: { at_most: 1 }', 5],
    ['is_empty: true', false],
  ])('%s says nothing of what it cannot judge', (operator, value) => {
    expect(judged(operator, value)).toBe('unknown');
  });
});

describe('what was not seen', () => {
  const tls = (path: string, operator: string) => ({
    part: 'transport',
    holds: `{ path: ${path}, ${operator} }`,
    examples: '{ good: [{}], bad: [{}] }',
  });
  const version = tls('tls.certificate.selfSigned', 'equals: false');

  it('is unknown, and never a pass, wherever it lies on the path', () => {
    const timeout = blind('timeout', 'No answer.', '没有回答。');
    expect(outcomesOf(version, { tls: timeout })).toEqual(['unknown']);
    expect(outcomesOf(version, { tls: saw({ certificate: timeout }) })).toEqual(['unknown']);
    expect(outcomesOf(version, { tls: saw({ certificate: saw({ selfSigned: false }) }) })).toEqual(['pass']);
    expect(outcomesOf(tls('tls', 'exists: false'), { tls: timeout })).toEqual(['unknown']);
    expect(outcomesOf(tls('tls.certificate.selfSigned', 'exists: false'), { tls: timeout })).toEqual(['unknown']);
  });

  it('is not unknown where the target says that it has no such thing', () => {
    const none = blind('not-offered', 'It is plain HTTP.', '未使用 TLS。');
    expect(outcomesOf(version, { tls: none })).toEqual(['not-applicable']);
    expect(outcomesOf(tls('tls', 'exists: true'), { tls: none })).toEqual(['fail']);
  });

  it('leaves and, or and not open, unless the rest decides', () => {
    const of = (condition: string, facts: object) =>
      outcomesOf({ ...tls('url', 'exists: true'), holds: condition }, facts);
    const [seen, hidden] = ['{ path: port, equals: 443 }', '{ path: tls.certificate.selfSigned, equals: false }'];
    const facts = { port: 443, tls: blind('timeout', 'a', 'b') };
    expect(of(`{ and: [${seen}, ${hidden}] }`, facts)).toEqual(['unknown']);
    expect(of(`{ or: [${hidden}, ${seen}] }`, facts)).toEqual(['pass']);
    expect(of(`{ and: [${hidden}, { not: ${seen} }] }`, facts)).toEqual(['fail']);
    expect(of(`{ or: [{ not: ${seen} }, ${hidden}] }`, facts)).toEqual(['unknown']);
    expect(of(`{ not: ${hidden} }`, facts)).toEqual(['unknown']);
  });

  it('is not the same as what a target sends that looks like it', () => {
    const schema = {
      part: 'tools',
      each: 'tools',
      subject: 'name',
      holds: '{ path: inputSchema.properties.a.type, equals: string }',
      examples: '{ good: [{}], bad: [{}] }',
    };
    const tool = (inputSchema: unknown) => ({ tools: [{ name: 't', inputSchema }] });
    expect(outcomesOf(schema, tool({ properties: { a: { type: 'string' } } }))).toEqual(['pass']);
    expect(outcomesOf(schema, tool({ saw: { properties: { a: { type: 'string' } } } }))).toEqual(['unknown']);
    expect(outcomesOf(schema, tool({ blind: 'not-offered', why: { en: 'x', zh: 'x' } }))).toEqual(['unknown']);
  });
});

describe('lists', () => {
  const every = { holds: "{ path: 'tools[*].description', is_empty: false }", examples: '{ good: [{}], bad: [{}] }' };
  const described = (...descriptions: string[]) => ({ tools: descriptions.map((description) => ({ description })) });

  it('with [*] every element counts', () => {
    expect(outcomesOf(every, described('a', 'b'))).toEqual(['pass']);
    expect(outcomesOf(every, described('a', ''))).toEqual(['fail']);
    expect(outcomesOf(every, { tools: [{ description: 'a' }, {}] })).toEqual(['unknown']);
  });

  it('that are empty are no pass', () => {
    expect(outcomesOf(every, described())).toEqual(['not-applicable']);
    const empty = (condition: string) => outcomesOf({ ...every, holds: condition }, described())[0];
    expect(empty('{ every: tools, holds: { path: name, exists: true } }')).toBe('not-applicable');
    expect(empty('{ none: tools, holds: { path: name, exists: true } }')).toBe('not-applicable');
    expect(empty('{ some: tools, holds: { path: name, exists: true } }')).toBe('fail');
    expect(empty("{ path: 'tools[*].name', exists: true }")).toBe('fail');
  });

  it('are asked for every, some and none of their elements', () => {
    const of = (quantifier: string, ...names: string[]) =>
      outcomesOf(
        { ...every, holds: `{ ${quantifier}: tools, holds: { path: name, starts_with: x } }` },
        { tools: names.map((name) => ({ name })) },
      )[0];
    expect([of('every', 'x1', 'x2'), of('every', 'x1', 'y')]).toEqual(['pass', 'fail']);
    expect([of('some', 'y', 'x'), of('some', 'y', 'z')]).toEqual(['pass', 'fail']);
    expect([of('none', 'y', 'z'), of('none', 'y', 'x')]).toEqual(['pass', 'fail']);
  });

  it('of plain values have them at @', () => {
    const roles = {
      part: 'client',
      holds: "{ none: 'servers[*].args', holds: { path: '@', matches: '^--unsafe' } }",
      examples: '{ good: [{}], bad: [{}] }',
    };
    expect(outcomesOf(roles, { servers: [{ args: ['-y', '--unsafe=1'] }] })).toEqual(['fail']);
    expect(outcomesOf(roles, { servers: [{ args: ['-y'] }] })).toEqual(['pass']);
  });
});

describe('each', () => {
  const images = {
    part: 'client',
    each: 'servers',
    subject: 'name',
    when: '{ path: package.runner, equals: docker }',
    holds: "{ path: package.version, starts_with: 'sha256:' }",
    evidence: "'{name} starts {package.name} at {package.version}, of {$.client}.'",
    examples: '{ good: [{}], bad: [{}] }',
  };
  const server = (name: string, version: string, runner = 'docker') => ({
    name,
    where: { file: '.mcp.json', line: 7 },
    package: { runner, name: 'img', version },
  });

  it('gives an answer for every element that the rule is about, with its subject, its words and its place', () => {
    const servers = [server('a', 'sha256:1'), server('b', 'latest'), server('c', '1', 'npx')];
    expect(ask(images, { file: '.mcp.json', client: 'cursor', servers })).toEqual([
      {
        outcome: 'pass',
        subject: 'a',
        evidence: [
          {
            seen: { en: 'a starts img at sha256:1, of cursor.', zh: 'a starts img at sha256:1, of cursor.' },
            where: { file: '.mcp.json', line: 7 },
          },
        ],
      },
      expect.objectContaining({ outcome: 'fail', subject: 'b' }),
    ]);
  });

  it('does not apply where there is none, and is unknown where that cannot be said', () => {
    expect(outcomesOf(images, { file: 'x', servers: [] })).toEqual(['not-applicable']);
    expect(outcomesOf(images, { file: 'x', servers: [server('c', '1', 'npx')] })).toEqual(['not-applicable']);
    expect(outcomesOf(images, { file: 'x', servers: [{ name: 'd' }] })).toEqual(['unknown']);
  });

  it('can only warn', () => {
    expect(outcomesOf({ ...images, otherwise: 'warn' }, { servers: [server('b', 'latest')] })).toEqual(['warn']);
  });

  it('says what was seen where the rule has no words of its own', () => {
    const [answer] = ask({ ...images, evidence: undefined }, { servers: [server('b', 'latest')] });
    expect(answer?.evidence[0]?.seen.en).toContain('"latest"');
  });

  it('takes the place from the facts alone, never from what a target sent', () => {
    const schemas = {
      part: 'tools',
      each: 'tools[*].inputSchema.list',
      subject: "'@key'",
      holds: '{ path: ok, equals: true }',
      examples: '{ good: [{}], bad: [{}] }',
    };
    const [answer] = ask(schemas, {
      tools: [{ inputSchema: { list: [{ ok: false, where: { file: '/etc/shadow' } }] } }],
    });
    expect(answer).toMatchObject({ outcome: 'fail', subject: '0' });
    expect(answer?.evidence[0]?.where).toBeUndefined();
  });
});

describe('a hostile target', () => {
  const many = { examples: '{ good: [{}], bad: [{}] }' };

  it('cannot make a pattern expensive: what is too much is unknown, not a pass', () => {
    const pattern = {
      ...many,
      each: 'tools',
      subject: 'name',
      holds: "{ path: description, matches: '(a+)+$|(x+x+)+y' }",
    };
    const tools = Array.from({ length: 60 }, (_, index) => ({
      name: `t${index}`,
      description: `${'a'.repeat(60_000)}!`,
    }));
    expect(outcomesOf(pattern, { tools }).at(-1)).toBe('unknown');
  });

  it('gets a bounded number of answers, the last of which says that there is more', () => {
    const each = { ...many, each: 'tools', subject: 'name', holds: '{ path: name, exists: true }' };
    const found = outcomesOf(each, { tools: Array.from({ length: 5_000 }, (_, index) => ({ name: `t${index}` })) });
    expect(found).toHaveLength(1_001);
    expect(found.at(-1)).toBe('unknown');
  });

  it('cannot nest lists in lists so that looking never ends', () => {
    const nested = {
      ...many,
      holds:
        "{ every: tools, holds: { every: '$.tools', holds: { every: '$.tools', holds: { path: name, exists: true } } } }",
    };
    const tools = Array.from({ length: 3_000 }, (_, index) => ({ name: `t${index}` }));
    expect(outcomesOf(nested, { tools })).toEqual(['unknown']);
  });

  it('has no key that is not its own', () => {
    for (const key of ['toString', '__proto__', 'constructor']) {
      expect(outcomesOf(config(`{ path: "settings['${key}'].value", exists: true }`), { settings: {} })).toEqual([
        'fail',
      ]);
    }
  });

  it('whatever the facts are, a rule answers', () => {
    const rule = ruleOf({
      part: 'config',
      holds:
        '{ or: [{ path: "settings[\'a\'].value", matches: a }, { every: settings, holds: { path: value, length: { at_most: 3 } } }] }',
      examples: '{ good: [{}], bad: [{}] }',
    });
    const value = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.string(), fc.jsonValue()).map((settings) => ({ settings })),
    );
    fc.assert(
      fc.property(value, (facts) => {
        const answers = [rule.check.ask(facts as never, about)].flat();
        expect(answers.length).toBeGreaterThan(0);
        for (const { evidence } of answers) expect(evidence.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('a broken rule is an error at its line', () => {
  it.each([
    ['a misspelt path', { holds: '{ path: isCot, equals: false }' }, 'RULE_INVALID 8:20'],
    ['a path through what is no map', { holds: '{ path: server.name, exists: true }' }, 'RULE_INVALID 8:20'],
    ['[*] of what is no list', { holds: "{ path: 'isCut[*]', exists: true }" }, 'RULE_INVALID 8:20'],
    ['no path at all', { holds: "{ path: 'tools[0]', exists: true }" }, 'RULE_INVALID 8:20'],
    ['an operator that does not suit', { holds: '{ path: isCut, less_than: 3 }' }, 'RULE_INVALID 8:38'],
    ['an operand of another kind', { holds: "{ path: isCut, equals: 'false' }" }, 'CONFIG_INVALID 8:35'],
    ['an unknown operator', { holds: '{ path: isCut, equal: false }' }, 'CONFIG_UNKNOWN_KEY 8:27'],
    ['no operator', { holds: '{ path: isCut }' }, 'CONFIG_INVALID 8:12'],
    ['no condition', { holds: '{ paths: isCut }' }, 'CONFIG_INVALID 8:14'],
    ['two conditions', { holds: '{ and: [], or: [] }' }, 'CONFIG_INVALID 8:12'],
    ['an empty and', { holds: '{ and: [] }' }, 'CONFIG_INVALID 8:19'],
    ['every without holds', { holds: '{ every: tools }' }, 'CONFIG_INVALID 8:12'],
    ['each without subject', { each: 'tools', holds: '{ path: name, exists: true }' }, 'CONFIG_INVALID 10:11'],
    ['a brace without its partner', { evidence: "'a {b'" }, 'RULE_INVALID 10:15'],
    ['a path in the evidence', { evidence: "'{isCot}'" }, 'RULE_INVALID 10:15'],
    ['an unknown key', { hold: 'x' }, 'CONFIG_UNKNOWN_KEY 10:5'],
    ['an id of one word', { id: 'rule' }, 'CONFIG_INVALID 2:9'],
    ['a control that does not exist', { control: 'C21' }, 'CONFIG_INVALID 3:14'],
    ['no bad example', { examples: '{ good: [{}], bad: [] }' }, 'CONFIG_INVALID 9:34'],
    ['no examples', { examples: undefined }, 'CONFIG_INVALID 2:5'],
    [
      'an example with a misspelt key',
      { examples: '{ good: [{ isCot: false }], bad: [{}] }' },
      'CONFIG_UNKNOWN_KEY 9:26',
    ],
    ['an example of another type', { examples: '{ good: [{ isCut: 1 }], bad: [{}] }' }, 'CONFIG_INVALID 9:33'],
    ['a reference back', { holds: "{ path: server, matches: '(a)\\1' }" }, 'RULE_PATTERN_REFUSED 8:37'],
    ['lookaround', { holds: "{ path: server, matches: '^(?!a)' }" }, 'RULE_PATTERN_REFUSED 8:37'],
    ['too many states', { holds: "{ path: server, matches: '((a{100}){100}){100}' }" }, 'RULE_PATTERN_REFUSED 8:37'],
  ])('%s', (_name, more, problem) => {
    expect(problemsOf(more)).toEqual([problem]);
  });

  it('a value that can never be', () => {
    const more = { part: 'transport', holds: '{ path: scheme, equals: htps }', examples: '{ good: [{}], bad: [{}] }' };
    expect(problemsOf(more)).toEqual(['RULE_INVALID 8:36']);
  });

  it('an id that stands twice or that another check has', () => {
    expect(() => readRules(ruleText(), 'r.yaml', ['test-rule'])).toThrow(
      expect.objectContaining({ code: 'RULE_INVALID' }),
    );
    const twice = ruleText() + ruleText().slice('rules:\n'.length);
    expect(() => readRules(twice, 'r.yaml')).toThrow(expect.objectContaining({ code: 'RULE_INVALID' }));
  });

  it('and so is a file without rules', () => {
    for (const text of ['', 'rules: []', 'rules:', '[]', 'rule: []']) {
      expect(() => readRules(text, 'r.yaml')).toThrow(MerlonError);
    }
  });

  it('whatever the file says, it is read or refused', () => {
    const key = fc.constantFrom(
      'id',
      'part',
      'holds',
      'examples',
      'path',
      'and',
      'every',
      'equals',
      'matches',
      '__proto__',
    );
    const { node } = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('tools', 'isCut', 'a-b', '(a+)+$', '$.tools[*]', true, 3, null),
        fc.dictionary(key, tie('node')),
        fc.array(tie('node'), { maxLength: 3 }),
      ),
    }));
    const rules = node.map((holds) => ruleText({ holds: JSON.stringify(holds) }));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), rules), (text) => {
        try {
          for (const rule of readRules(text, 'r.yaml')) expect(Array.isArray(tryRule(rule))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(MerlonError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the examples of a rule', () => {
  it('are held against it', () => {
    expect(tryRule(ruleOf({}))).toEqual([]);
    const wrong = ruleOf({
      examples: '{ good: [{ isCut: false }, { isCut: true }, {}], bad: [{ isCut: true }, { isCut: false }] }',
    });
    expect(tryRule(wrong).map(({ kind, outcomes, place }) => [kind, outcomes, place.line])).toEqual([
      ['good', ['fail'], 9],
      ['good', ['unknown'], 9],
      ['bad', ['pass'], 9],
    ]);
  });

  it('prove nothing where the rule does not apply', () => {
    const rule = ruleOf({
      when: '{ path: server, equals: a }',
      examples: '{ good: [{ server: b, isCut: false }], bad: [{ server: b }] }',
    });
    expect(tryRule(rule)).toHaveLength(2);
  });

  it('write what was seen without its wrapping, and what was not as blind', () => {
    const rule = ruleOf({
      part: 'host',
      holds: '{ path: firewall.hasRules, equals: true }',
      examples:
        '{ good: [{ firewall: { hasRules: true } }, { firewall: { blind: not-offered } }], bad: [{ firewall: { hasRules: false } }, { firewall: { blind: timeout } }] }',
    });
    expect(tryRule(rule).map(({ kind, outcomes }) => [kind, outcomes])).toEqual([
      ['good', ['not-applicable']],
      ['bad', ['unknown']],
    ]);
  });
});
