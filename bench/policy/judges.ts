import { join } from 'node:path';
import type { Circumstances } from '../../src/policy/grant/call-decision.ts';
import { compileGrants } from '../../src/policy/grant/compile-grants.ts';
import { decideCall } from '../../src/policy/grant/decide-call.ts';
import { createLedger } from '../../src/policy/grant/ledger.ts';
import type { TaskGrant } from '../../src/policy/grant/task-grant.ts';
import { type Case, NOW, profileOf, type Rule, sourcesOf } from './cases.ts';

/** An engine that has read the rules of a case; `decide` answers the call with this index. */
export interface Judge {
  readonly engine: string;
  readonly decide: (call: number) => boolean;
}

/** Makes a judge; what it is asked is prepared before, for all alike. */
export type JudgeMaker = (about: Case) => Judge;

const packages = join(import.meta.dirname, '../baselines/node_modules');

/** The engine of `merlon/policy`, with the rules that all engines share. */
export function merlon(about: Case): Judge {
  return { engine: 'merlon', decide: merlonOf(about, about.rules.map(sharedGrant)) };
}

/** The same with what only it has: paths, sources of values, budgets over calls, other arguments. */
export function merlonWithAll(about: Case): Judge {
  const grants = about.rules.map((rule): TaskGrant => {
    const { args, ...grant } = sharedGrant(rule);
    return {
      ...grant,
      otherArgs: 'plain',
      args: { ...args, file: { subpath: ['/srv/reports'] } },
      integrity: { recipient: ['user', 'trusted'] },
      definition: 'a1',
      uses: 1_000,
      budgets: [
        { kind: 'sum', argument: 'amount', max: 1_000_000.5 },
        { kind: 'count', max: 100, perSeconds: 60 },
        { kind: 'distinct', argument: 'recipient', max: 5 },
      ],
    };
  });
  const spent = createLedger();
  for (const { id } of grants) {
    spent.charge([{ grant: id, budget: 0, at: NOW - 9_000, amount: 12.34 }]);
    for (let ago = 0; ago < 5; ago++) {
      spent.charge([{ grant: id, budget: 1, at: NOW - 9_000 + ago, amount: 1, perSeconds: 60 }]);
    }
  }
  return { engine: 'merlon, every kind of rule', decide: merlonOf(about, grants, spent) };
}

function sharedGrant({ id, tool, recipients, most, expiresAt }: Rule): TaskGrant {
  const args = { recipient: { oneOf: recipients }, amount: { min: 0, max: most } };
  return { id, tool, effects: ['egress'], expiresAt, args, otherArgs: 'any' };
}

function merlonOf(about: Case, list: readonly TaskGrant[], spent = createLedger()): Judge['decide'] {
  const grants = compileGrants(list);
  const profiles = new Map(about.calls.map(({ tool }) => [tool, profileOf(tool)]));
  const sources = sourcesOf(about);
  return (index) => {
    const call = about.calls[index];
    if (call === undefined) return false;
    const circumstances: Circumstances = { now: NOW, profile: profiles.get(call.tool), sources, spent };
    return decideCall(grants, call, circumstances).outcome === 'allow';
  };
}

/** What nobody can beat by much: a map of tools, and the checks written out. */
export function floor({ rules, calls }: Case): Judge {
  const byTool = Map.groupBy(
    rules.map((rule) => ({ ...rule, known: new Set(rule.recipients), effects: ['egress'] })),
    ({ tool }) => tool,
  );
  const profiles = new Map(calls.map(({ tool }) => [tool, profileOf(tool)]));
  return {
    engine: 'indexed floor',
    decide(index) {
      const call = calls[index];
      const profile = call === undefined ? undefined : profiles.get(call.tool);
      if (call === undefined || profile === undefined) return false;
      const { recipient, amount } = call.args;
      for (const { known, most, expiresAt, effects } of byTool.get(call.tool) ?? []) {
        if (!profile.effects.every((effect) => effects.includes(effect)) || NOW >= expiresAt) continue;
        if (typeof recipient !== 'string' || !known.has(recipient)) continue;
        if (typeof amount === 'number' && amount >= 0 && amount <= most) return true;
      }
      return false;
    },
  };
}

interface Casl {
  createMongoAbility(
    this: void,
    rules: readonly object[],
    options: object,
  ): { can(action: string, subject: object): boolean };
}

/** CASL indexes its rules by action and subject type by itself: the tool is the action. */
export async function loadCasl(): Promise<JudgeMaker> {
  const { createMongoAbility } = (await import(join(packages, '@casl/ability/dist/esm/index.mjs'))) as Casl;
  return ({ rules, calls }) => {
    const list = rules.map(({ tool, recipients, most, expiresAt }) => ({
      action: tool,
      subject: 'Call',
      conditions: { recipient: { $in: recipients }, amount: { $gte: 0, $lte: most }, now: { $lt: expiresAt } },
    }));
    const ability = createMongoAbility(list, { detectSubjectType: () => 'Call' });
    const subjects = calls.map(({ tool, args }) => ({ tool, call: { ...args, now: NOW } }));
    return {
      engine: 'CASL',
      decide(index) {
        const one = subjects[index];
        return one !== undefined && ability.can(one.tool, one.call);
      },
    };
  };
}

interface Cedar {
  preparsePolicySet(name: string, policies: object): { readonly type: string };
  statefulIsAuthorized(call: object): { readonly type: string; readonly response?: { readonly decision: string } };
}

/** Cedar with the policies of each tool apart and parsed before, as its interface offers. */
export async function loadCedar(): Promise<JudgeMaker> {
  const cedar = (await import(join(packages, '@cedar-policy/cedar-wasm/nodejs/cedar_wasm.js'))) as Cedar;
  return ({ rules, calls }) => {
    for (const [tool, those] of Map.groupBy(rules, (rule) => rule.tool)) {
      const staticPolicies = Object.fromEntries(those.map((rule) => [rule.id, cedarPolicy(rule)]));
      const { type } = cedar.preparsePolicySet(tool, { staticPolicies });
      if (type !== 'success') throw new Error(`Cedar does not take the policies of ${tool}.`);
    }
    const questions = calls.map(({ tool, args: { recipient, amount } }) => ({
      principal: { type: 'Task', id: 't' },
      action: { type: 'Action', id: 'call' },
      resource: { type: 'Tool', id: tool },
      context: { recipient, amount, now: NOW },
      preparsedPolicySetId: tool,
      entities: [],
    }));
    return {
      engine: 'Cedar, by tool, preparsed',
      decide(index) {
        const question = questions[index];
        return question !== undefined && cedar.statefulIsAuthorized(question).response?.decision === 'allow';
      },
    };
  };
}

function cedarPolicy({ tool, recipients, most, expiresAt }: Rule): string {
  const when = [
    `context.now < ${expiresAt}`,
    `${JSON.stringify(recipients)}.contains(context.recipient)`,
    'context.amount >= 0',
    `context.amount <= ${most}`,
  ];
  return `permit(principal, action, resource == Tool::${JSON.stringify(tool)}) when { ${when.join(' && ')} };`;
}
