import type { JsonObject } from '../../kernel/jsonrpc.ts';
import { partsOfTool } from '../tool/tool-name.ts';
import type { ToolProfile } from '../tool/tool-profile.ts';
import type { Cedar, CedarCall } from './cedar.ts';
import type { Expected } from './inspect-policy.ts';
import { nameOf, type Policy, type PolicyTexts, readPolicies } from './read-policies.ts';
import { Unjudgeable, viewsOf } from './request-context.ts';

/** A call that is about to be made, with all that policies may ask of it. */
export interface GuardedCall {
  readonly principal: string;
  readonly role: string;
  readonly taskType: string | undefined;
  readonly profile: ToolProfile;
  readonly args: JsonObject;
}

/** Allowed as far as guardrails go, or the policy that forbids it. */
export type GuardrailVerdict =
  | { readonly allowed: true }
  /** `policy`: its id; `unjudgeable` where the arguments or an error let none decide. */
  | { readonly allowed: false; readonly policy: string };

/** The policies of an organisation over all roles and tasks: they forbid, whatever else allows. */
export interface Guardrail {
  /** Never throws: what cannot be judged is forbidden. */
  check(call: GuardedCall): GuardrailVerdict;
  /** How many policies there are. */
  readonly size: number;
}

/** What {@link createGuardrail} takes. */
export interface GuardrailOptions extends PolicyTexts {
  /** The module `@cedar-policy/cedar-wasm/nodejs`. */
  readonly cedar: Cedar;
}

const UNJUDGEABLE = 'unjudgeable';
const EVERYTHING = 'everything else';
const ALLOWED: GuardrailVerdict = Object.freeze({ allowed: true });

/**
 * Makes a guardrail of Cedar policies. Only `forbid` is a guardrail; that all else is permitted is implied, since a call
 * needs its role and its task grant besides. A policy that cannot be evaluated (an absent argument, another type) forbids:
 * Cedar itself would skip it and allow.
 * @throws MerlonError GUARDRAIL_INVALID with line and column
 */
export function createGuardrail(options: GuardrailOptions): Guardrail {
  const { cedar } = options;
  const policies = readPolicies(options, cedar);
  const slices = new Map<string, Slice>();
  const byProfile = new WeakMap<ToolProfile, Slice>();

  /** The policies that can speak of a tool, parsed once for all tools with the same ones. */
  function sliceOf({ tool }: ToolProfile): Slice {
    const { upstream } = partsOfTool(tool);
    const those = policies.filter(
      ({ about }) => (about.tool ?? tool) === tool && (about.upstream ?? upstream) === upstream,
    );
    const name = nameOf(those);
    const known = slices.get(name);
    if (known !== undefined) return known;
    const staticPolicies = Object.fromEntries(those.map(({ id, text }) => [`forbid ${id}`, text]));
    const all = { ...staticPolicies, [EVERYTHING]: 'permit(principal, action, resource);' };
    if (cedar.preparsePolicySet(name, { staticPolicies: all }).type !== 'success') throw new Unjudgeable('Not parsed.');
    const slice = { name, policies: those, expectations: allExpectations(those) };
    slices.set(name, slice);
    return slice;
  }

  function judge(call: GuardedCall): GuardrailVerdict {
    const slice = byProfile.get(call.profile) ?? sliceOf(call.profile);
    byProfile.set(call.profile, slice);
    if (slice.policies.length === 0) return ALLOWED;
    const answer = cedar.statefulIsAuthorized(questionOf(call, slice));
    const { response } = answer;
    if (answer.type !== 'success' || response === undefined) return forbidden(UNJUDGEABLE);
    const [error] = response.diagnostics.errors;
    if (error !== undefined) return forbidden(idOf(error.policyId));
    if (response.decision === 'allow') return ALLOWED;
    return forbidden(idOf(response.diagnostics.reason[0]));
  }

  return {
    size: policies.length,
    check(call) {
      try {
        return judge(call);
      } catch {
        return forbidden(UNJUDGEABLE);
      }
    },
  };
}

interface Slice {
  readonly name: string;
  readonly policies: readonly Policy[];
  readonly expectations: ReadonlyMap<string, ReadonlySet<Expected>>;
}

function forbidden(policy: string): GuardrailVerdict {
  return { allowed: false, policy };
}

function idOf(name: string | undefined): string {
  return name?.startsWith('forbid ') === true ? name.slice('forbid '.length) : UNJUDGEABLE;
}

function allExpectations(policies: readonly Policy[]): Map<string, Set<Expected>> {
  const all = new Map<string, Set<Expected>>();
  for (const [path, types] of policies.flatMap(({ expectations }) => [...expectations])) {
    all.set(path, new Set([...(all.get(path) ?? []), ...types]));
  }
  return all;
}

function questionOf({ principal, role, taskType, profile, args }: GuardedCall, slice: Slice): CedarCall {
  const { tool, effects, output, sandboxed } = profile;
  const { upstream, name } = partsOfTool(tool);
  const [user, resource] = [
    { type: 'User', id: principal },
    { type: 'Tool', id: tool },
  ];
  return {
    principal: user,
    action: { type: 'Action', id: 'call' },
    resource,
    context: { ...viewsOf(args, slice.expectations), task: taskType === undefined ? {} : { type: taskType } },
    preparsedPolicySetId: slice.name,
    entities: [
      { uid: user, attrs: { role }, parents: [{ type: 'Role', id: role }] },
      {
        uid: resource,
        attrs: { name, upstream, effects: [...effects], output, sandboxed },
        parents: [{ type: 'Upstream', id: upstream }],
      },
    ],
  };
}
