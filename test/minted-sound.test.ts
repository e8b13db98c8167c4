import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileConstraint, holds } from '../src/policy/constraint/compile-constraint.ts';
import type { CallDecision, ToolCall } from '../src/policy/grant/call-decision.ts';
import { compileGrants } from '../src/policy/grant/compile-grants.ts';
import { decideCall } from '../src/policy/grant/decide-call.ts';
import { createLedger } from '../src/policy/grant/ledger.ts';
import type { TaskGrant } from '../src/policy/grant/task-grant.ts';
import { sources } from '../src/policy/provenance/source.ts';
import { bothBounds } from '../src/policy/task/bounds.ts';
import { bothConstraints } from '../src/policy/task/both-constraints.ts';
import { calculateMinimalPermissions } from '../src/policy/task/calculate-minimal-permissions.ts';
import { defaultScopes } from '../src/policy/task/scope.ts';
import { resources, type Task, type TaskContext } from '../src/policy/task/task.ts';
import type { GrantTemplate, TaskType } from '../src/policy/task/task-type.ts';
import type { ToolProfile } from '../src/policy/tool/tool-profile.ts';
import { related, taskGrant, taskGrants, toolCall, toolProfile } from './random-grants.ts';

const NOW = 500;

function decide(grants: readonly TaskGrant[], call: ToolCall, profile: ToolProfile): CallDecision {
  // Where a value comes from depends on it alone, so that both sides are asked the same.
  const sourceOf = (value: unknown) => sources[JSON.stringify(value).length % sources.length] ?? 'untrusted';
  return decideCall(compileGrants(grants), call, {
    now: NOW,
    profile,
    sources: { sourceOf, exposed: true },
    spent: createLedger(),
  });
}

const allows = (...asked: Parameters<typeof decide>): boolean => decide(...asked).outcome === 'allow';

const bounds = taskGrant.map(({ args, integrity, otherArgs }) => ({
  ...(args === undefined ? {} : { args }),
  ...(integrity === undefined ? {} : { integrity }),
  ...(otherArgs === undefined ? {} : { otherArgs }),
}));

const template: fc.Arbitrary<GrantTemplate> = fc
  .tuple(taskGrant, fc.constantFrom('m/t', 'm/*', '*'))
  .map(([{ id: _i, definition: _d, expiresAt: _e, effects, ...rest }, tool]) => ({
    ...rest,
    tool,
    ...(effects.length === 3 ? {} : { effects }),
  }));

const context: fc.Arbitrary<TaskContext> = fc.record(
  {
    tools: fc.subarray(['m/t', 'm/u', 'toString']),
    resources: fc.subarray([...resources]),
    scopes: fc.record(
      {
        read: fc.subarray(['files:/tmp/', 'files:/tmp/a/', 'files:/']),
        write: fc.subarray(['files:/tmp/a/', 'files:/etc/']),
        execute: fc.subarray(['sandboxed_code', 'network:https://a.com/']),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

const profiles = fc
  .tuple(
    toolProfile('m/t'),
    fc.dictionary(
      fc.constantFrom('to', 'a.b', 'other', 'items[].id'),
      fc.constantFrom('path', 'url', 'target', 'command'),
    ),
    fc.boolean(),
  )
  .map(([profile, sinks, sandboxed]): ToolProfile => ({ ...profile, sinks, sandboxed }));

const pins = fc.constantFrom<'nothing' | 'all' | 'some'>('nothing', 'all', 'some');

function mint(type: Partial<TaskType>, asked: TaskContext, profile: ToolProfile, pin: string, parent?: Task) {
  let count = 0;
  return calculateMinimalPermissions({
    type: {
      name: 'work',
      roles: ['user'],
      seconds: 60,
      resources: [],
      scopes: defaultScopes(resources),
      grants: [],
      pinned: true,
      onDeny: 'deny',
      ...type,
    },
    context: asked,
    role: 'user',
    profiles: [profile],
    mayUse: () => true,
    pin: ({ sinks }) => {
      const names = pin === 'nothing' ? [] : Object.keys(sinks).slice(0, pin === 'some' ? 1 : undefined);
      return {
        integrity: Object.fromEntries(names.map((name) => [name, ['user', 'trusted'] as const])),
        otherArgs: 'any',
      };
    },
    now: NOW,
    newId: () => `n${(count += 1)}`,
    ...(parent === undefined ? {} : { parent }),
  }).grants;
}

/** True where something empty stands anywhere; only what carries a value is compared. */
function holdsNothing(value: unknown): boolean {
  if (typeof value !== 'object') return false;
  return value === null || Object.keys(value).length === 0 || Object.values(value).some(holdsNothing);
}

const calls = fc.array(toolCall, { minLength: 8, maxLength: 8 });

describe('two bounds put together', () => {
  it('hold exactly for the values that both hold for', () => {
    const constraint = taskGrant
      .filter(({ args }) => Object.keys(args ?? {}).length > 0)
      .map(({ args }) => Object.values(args ?? {})[0] ?? {});
    let together = 0;
    fc.assert(
      fc.property(constraint, constraint, toolCall, (one, other, { args }) => {
        // The two demand what nothing could meet, each by itself.
        if ([one, other].some(({ min = 0, max = 9 }) => min > max)) return;
        const both = bothConstraints(one, other);
        for (const value of [...Object.values(args), undefined]) {
          const expected = [one, other].every((each) => holds(compileConstraint(each), value));
          if (both === undefined) continue;
          together += 1;
          // Where it is listed it counts as a value only if nothing else is demanded, so putting together may refuse it.
          const found = holds(compileConstraint(both), value);
          if (value === null) expect(found && !expected).toBe(false);
          else expect(found).toBe(expected);
        }
      }),
      { numRuns: 3_000 },
    );
    expect(together).toBeGreaterThan(1_000);
  });

  it('never let a call pass that one of them would not', () => {
    let passed = 0;
    fc.assert(
      fc.property(bounds, bounds, toolProfile('m/t'), calls, (one, other, profile, some) => {
        const both = bothBounds(one, other, profile);
        if (both === undefined) return;
        const whole = (each: object): TaskGrant => ({
          id: 'g',
          tool: 'm/t',
          effects: ['read', 'write', 'egress'],
          ...each,
        });
        for (const call of some) {
          if (holdsNothing(call.args) || !allows([whole(both)], call, profile)) continue;
          passed += 1;
          expect([allows([whole(one)], call, profile), allows([whole(other)], call, profile)]).toEqual([true, true]);
        }
      }),
      { numRuns: 3_000 },
    );
    expect(passed).toBeGreaterThan(100);
  });
});

describe('minted grants', () => {
  it('are never wider for what a context says', () => {
    let passed = 0;
    fc.assert(
      fc.property(
        fc.array(template, { maxLength: 2 }),
        context,
        profiles,
        pins,
        calls,
        (grants, asked, profile, pin, some) => {
          const without = mint({ grants }, {}, profile, pin);
          // Without resources of its type, what it asks for can only take away.
          const narrowed = mint({ grants }, asked, profile, pin);
          for (const call of some) {
            if (holdsNothing(call.args) || !allows(narrowed, call, profile)) continue;
            passed += 1;
            expect(allows(without, call, profile)).toBe(true);
          }
        },
      ),
      { numRuns: 2_000 },
    );
    expect(passed).toBeGreaterThan(50);
  });

  it('are never wider for being pinned, but where the type says itself where values come from', () => {
    let passed = 0;
    fc.assert(
      fc.property(fc.array(template, { maxLength: 2 }), profiles, calls, (grants, profile, some) => {
        const free = mint({ grants, pinned: false }, {}, profile, 'nothing');
        const pinned = mint({ grants }, {}, profile, 'all');
        for (const call of some) {
          if (holdsNothing(call.args) || !allows(pinned, call, profile)) continue;
          passed += 1;
          expect(allows(free, call, profile)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(passed).toBeGreaterThan(50);
  });

  it('of a part never let a call pass that the grants of its parent would not', () => {
    let passed = 0;
    const family = taskGrants(2).chain((above) =>
      fc.tuple(fc.constant(above), above.length === 0 ? fc.constant([]) : fc.tuple(...above.map(related))),
    );
    fc.assert(
      fc.property(family, fc.boolean(), profiles, calls, ([above, drafts], pinned, profile, some) => {
        const parent: Task = {
          id: 't',
          type: 'work',
          principal: 'p',
          role: 'user',
          openedAt: 0,
          expiresAt: 5_000,
          epoch: 1,
          status: 'open',
          grants: above,
        };
        const grants = drafts.map(({ id: _i, definition: _d, expiresAt: _e, ...rest }) => rest);
        const part = mint({ grants, pinned }, { tools: ['m/t'] }, profile, 'some', parent);
        for (const call of some) {
          if (!allows(part, call, profile)) continue;
          passed += 1;
          expect(allows(above, call, profile)).toBe(true);
        }
      }),
      { numRuns: 3_000 },
    );
    expect(passed).toBeGreaterThan(20);
  });
});
