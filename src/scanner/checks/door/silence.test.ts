import { describe, expect, it } from 'vitest';
import type { About, Answer, Check } from '../../check.ts';
import type { DoorFacts, ProbeName } from '../../facts/door.ts';
import { blind, type BlindReason, saw } from '../../look.ts';
import { defaultThresholds } from '../../thresholds.ts';
import { answered, challenged, door, notSpoken, served } from './fixture.ts';
import { doorChecks } from './index.ts';

const about: About = { now: Date.UTC(2026, 10, 22), kind: 'server', thresholds: defaultThresholds };

function answersOf(check: Check<'door'>, facts: DoorFacts): readonly Answer[] {
  return [check.ask(facts, about)].flat();
}

function outcomesOf(id: string, facts: DoorFacts): string[] {
  const check = doorChecks.find((one) => one.id === id);
  if (check === undefined) throw new Error(`There is no check ${id}.`);
  return answersOf(check, facts).map(({ outcome, subject }) =>
    subject === undefined ? outcome : `${subject} ${outcome}`,
  );
}

/** A server of which nothing was seen, for one reason. */
function unseenDoor(reason: BlindReason): DoorFacts {
  const nothing = blind(reason, 'Nothing was seen.', '没有看到任何内容。');
  const { probes, ...facts } = door({
    eras: { legacy: nothing, modern: nothing },
    sessionIds: nothing,
    resourceMetadata: nothing,
    authorizationServers: [],
    burst: nothing,
  });
  const blinded = (names: object): object => Object.fromEntries(Object.keys(names).map((name) => [name, nothing]));
  return { ...facts, probes: { legacy: blinded(probes.legacy), modern: blinded(probes.modern) } };
}

describe.each(doorChecks.map((check) => ({ id: check.id, check })))('$id', ({ check }) => {
  it.each(['unreachable', 'timeout', 'error', 'no-credential', 'not-asked'] as const)(
    'is unknown, with the reason, when nothing was seen (%s)',
    (reason) => {
      const outcomes = answersOf(check, unseenDoor(reason)).map(({ outcome }) => outcome);
      expect(outcomes).not.toEqual([]);
      expect(new Set(outcomes)).toEqual(new Set(['unknown']));
    },
  );

  it('says nothing of a server whose probes were left out', () => {
    const { probes: _, ...facts } = unseenDoor('not-asked');
    const outcomes = answersOf(check, { ...facts, probes: { legacy: {}, modern: {} } }).map(({ outcome }) => outcome);
    expect(new Set(outcomes)).toEqual(new Set(['unknown']));
  });

  it('says nothing of a server that fails, is busy or is something else', () => {
    for (const status of [200, 404, 429, 500, 502, 503]) {
      if (['nesting-bounded', 'malformed-json-refused'].includes(check.id) && status === 500) continue;
      if (check.id === 'body-bounded' && status === 200) continue;
      if (['error-details-hidden', 'banner-reveals-nothing', 'cors-not-open'].includes(check.id)) continue;
      const names = Object.keys(door().probes.legacy) as ProbeName[];
      const all = Object.fromEntries(names.map((name) => [name, answered(status)]));
      const { probes: _, ...facts } = unseenDoor('error');
      const outcomes = answersOf(check, { ...facts, probes: { legacy: all, modern: all } }).map(
        ({ outcome }) => outcome,
      );
      expect(
        outcomes.filter((one) => one === 'pass' || one === 'fail'),
        `HTTP ${status}`,
      ).toEqual([]);
    }
  });

  it('does not apply to an era that is not spoken, whatever its probes met', () => {
    const probes = Object.fromEntries(Object.keys(door().probes.legacy).map((name) => [name, served]));
    const facts = door({ eras: { legacy: notSpoken, modern: notSpoken }, probes });
    const isAboutEras = answersOf(check, door()).every(({ subject }) => /^(legacy|modern)/.test(subject ?? ''));
    if (!isAboutEras) return;
    expect(new Set(answersOf(check, facts).map(({ outcome }) => outcome))).toEqual(new Set(['not-applicable']));
  });
});

describe('answers of a door', () => {
  it('are one for each era that was tried', () => {
    expect(outcomesOf('auth-required', door())).toEqual(['legacy pass', 'modern pass']);
    const facts = door({ eras: { modern: notSpoken }, probes: { 'no-credential': served } });
    expect(outcomesOf('auth-required', facts)).toEqual(['legacy fail', 'modern not-applicable']);
  });

  it('are one where an exchange in one era says it for both', () => {
    const { probes, ...facts } = door();
    const { 'oversized-body': _, ...modern } = probes.modern;
    expect(outcomesOf('body-bounded', { ...facts, probes: { ...probes, modern } })).toEqual(['legacy pass']);
  });

  it('take no refusal for the missing credential as one for the wrong host, origin or session', () => {
    const nobody = blind('no-credential', 'A credential is asked for.', '需要凭据。');
    const facts = door({
      credential: 'none',
      eras: { legacy: nobody, modern: nobody },
      probes: { 'foreign-host': challenged, 'foreign-origin': challenged, 'header-mismatch': challenged },
      legacy: { 'unknown-session': challenged },
    });
    expect(outcomesOf('foreign-host-refused', facts)).toEqual(['legacy unknown', 'modern unknown']);
    expect(outcomesOf('foreign-origin-refused', facts)).toEqual(['legacy unknown', 'modern unknown']);
    expect(outcomesOf('unknown-session-refused', facts)).toEqual(['unknown']);
    expect(outcomesOf('headers-match-body', facts)).toEqual(['unknown']);
    expect(outcomesOf('auth-required', facts)).toEqual(['legacy pass', 'modern pass']);
  });

  it('blame a server on loopback less for having no authentication, and more for talking to web pages', () => {
    const severity = (id: string, facts: DoorFacts): unknown =>
      doorChecks.filter((one) => one.id === id).flatMap((check) => answersOf(check, facts))[0]?.severity;
    const local = { isLoopback: true, probes: { 'no-credential': served, 'foreign-origin': served } };
    expect(severity('auth-required', door(local))).toBe('high');
    expect(severity('auth-required', door({ ...local, isLoopback: false }))).toBeUndefined();
    expect(severity('foreign-origin-refused', door(local))).toBe('high');
    expect(severity('foreign-origin-refused', door({ probes: { 'foreign-origin': served } }))).toBe('low');
  });
});

it('takes a refusal of strangers for no error that hides its details', () => {
  const closed = blind('no-credential', 'It asks for a credential.', '要求凭据。');
  const probes = { legacy: { 'oversized-body': answered(401) }, modern: {} };
  const { probes: _, ...facts } = door({ eras: { legacy: closed, modern: closed } });
  expect(outcomesOf('error-details-hidden', { ...facts, probes })).toEqual(['legacy unknown', 'modern unknown']);
  const pages = { legacy: { 'unknown-method': answered(200), 'unknown-tool': answered(429) }, modern: {} };
  expect(outcomesOf('error-details-hidden', { ...door(), probes: pages })).toEqual([
    'legacy unknown',
    'modern unknown',
  ]);
});

it('asks no server for a header that came after the version that it speaks', () => {
  const facts = (version: string): DoorFacts =>
    door({
      eras: { legacy: saw({ version, server: { name: 'notes', version: '1' }, instructions: undefined }) },
      legacy: { 'version-unknown': answered(200, { rpc: { result: true } }) },
    });
  expect(outcomesOf('unknown-version-refused', facts('2025-03-26'))[0]).toBe('legacy not-applicable');
  expect(outcomesOf('unknown-version-refused', facts('2025-06-18'))[0]).toBe('legacy fail');
});
