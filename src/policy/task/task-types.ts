import { ANY, parsePermission } from '../permission.ts';
import type { PermissionsSettings } from '../settings.ts';
import type { Budget } from '../grant/task-grant.ts';
import { type CeilingEffect, ceilingOf } from './role-ceiling.ts';
import { defaultScopes } from './scope.ts';
import type { TaskContext } from './task.ts';
import type { GrantTemplate, TaskType } from './task-type.ts';

/** What a configuration says of tasks. Maps, because callers name types. */
export interface TaskTypes {
  readonly types: ReadonlyMap<string, TaskType>;
  /** Role to the name of the type that its callers work under who open no task; a role that is not there has none. */
  readonly defaults: ReadonlyMap<string, string>;
  /** Role to what it may ever do. */
  readonly ceilings: ReadonlyMap<string, readonly CeilingEffect[]>;
}

/** The task types of a configuration, as tasks are made of them. */
export function taskTypesOf({ roles, tasks }: Pick<PermissionsSettings, 'roles' | 'tasks'>): TaskTypes {
  return {
    types: new Map(tasks.types.map((type) => [type.name, typeOf(type)])),
    defaults: new Map(
      roles.flatMap(({ name, default_task }) => (default_task === undefined ? [] : [[name, default_task]])),
    ),
    ceilings: new Map(roles.map((role) => [role.name, ceilingOf(role)])),
  };
}

/**
 * The roles that may call tools which they do not name one by one, and whose callers work under no task unless they open
 * one, or under one that gives every tool without a bound.
 */
export function rolesWithoutTask({ roles, tasks }: Pick<PermissionsSettings, 'roles' | 'tasks'>): readonly string[] {
  const narrowing = new Set(tasks.types.filter((type) => !isBoundless(type)).map(({ name }) => name));
  const without = roles.filter(({ default_task }) => default_task === undefined || !narrowing.has(default_task));
  return without.filter(({ permissions }) => permissions.some(callsAnyTool)).map(({ name }) => name);
}

function isBoundless({ pinned, grants }: TypeSettings): boolean {
  return !pinned && grants.some(({ tool, ...bounds }) => tool === '*' && isEmpty(bounds));
}

function isEmpty(bounds: Omit<GrantSettings, 'tool' | 'on_deny' | 'second_factor'>): boolean {
  const { effects, args, integrity, other_args, uses, budgets, always_ask } = bounds;
  return [effects, args, integrity, other_args, uses, budgets, always_ask].every((bound) => bound === undefined);
}

function callsAnyTool(text: string): boolean {
  const { action, kind, upstream = ANY, name = ANY } = parsePermission(text);
  const calls = (action === 'execute' || action === ANY) && (kind === 'tool' || kind === ANY);
  return calls && (upstream === ANY || name === ANY);
}

/** The context of a caller who says nothing: all that the type has. */
export function defaultContext({ name, resources }: Pick<TaskType, 'name' | 'resources'>): TaskContext {
  return { type: name, resources };
}

type TypeSettings = PermissionsSettings['tasks']['types'][number];
type GrantSettings = TypeSettings['grants'][number];

function typeOf({ name, roles, seconds, resources, scopes, grants, pinned, on_deny }: TypeSettings): TaskType {
  return {
    name,
    roles,
    seconds,
    resources,
    scopes: scopes ?? defaultScopes(resources),
    grants: grants.map(templateOf),
    pinned,
    onDeny: on_deny,
  };
}

function templateOf(settings: GrantSettings): GrantTemplate {
  const { tool, effects } = settings;
  return { tool, ...(effects === undefined ? {} : { effects }), ...boundsOfTemplate(settings) };
}

/** What a written grant says beside which tool it is for. */
export function boundsOfTemplate(
  settings: Omit<GrantSettings, 'tool' | 'effects'>,
): Omit<GrantTemplate, 'tool' | 'effects'> {
  const { args, integrity, other_args, uses, budgets, on_deny, always_ask, second_factor } = settings;
  return {
    ...(args === undefined ? {} : { args }),
    ...(integrity === undefined ? {} : { integrity }),
    ...(other_args === undefined ? {} : { otherArgs: other_args }),
    ...(uses === undefined ? {} : { uses }),
    ...(budgets === undefined ? {} : { budgets: budgets.map(budgetOf) }),
    ...(on_deny === undefined ? {} : { onDeny: on_deny }),
    ...(always_ask === undefined ? {} : { alwaysAsk: always_ask }),
    ...(second_factor === undefined ? {} : { secondFactor: second_factor }),
  };
}

function budgetOf({ kind, argument = '', max, per_seconds }: NonNullable<GrantSettings['budgets']>[number]): Budget {
  const span = per_seconds === undefined ? {} : { perSeconds: per_seconds };
  if (kind === 'count') return { kind, max, ...span };
  return kind === 'sum' ? { kind, argument, max, ...span } : { kind, argument, max };
}
