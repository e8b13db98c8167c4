import { isObject, type Json, type JsonObject } from '../../kernel/jsonrpc.ts';

/** Types that a policy compares an argument with, and whether as one value or as a list of them. */
export type Expected = 'string' | 'boolean' | 'long' | 'decimal' | 'single' | 'list';

/** What a policy demands of arguments: their types by path, steps joined by {@link STEP}. */
export type Expectations = ReadonlyMap<string, ReadonlySet<Expected>>;

/** Between the steps of a path: no key can be mistaken for two. */
export const STEP = '\0';

/** What is to be known of a policy besides what Cedar makes of it. */
export interface Inspected {
  /** Which tools it can speak of. */
  readonly about: { readonly tool?: string; readonly upstream?: string };
  readonly expectations: Expectations;
  /** Why it cannot be used, in words. */
  readonly problems: readonly string[];
}

const known: Readonly<Record<string, readonly string[]>> = {
  principal: ['role'],
  resource: ['name', 'upstream', 'effects', 'output', 'sandboxed'],
  context: ['args', 'paths', 'urls', 'task'],
};
const entityTypes = new Set(['User', 'Role', 'Tool', 'Upstream', 'Action']);
const ordered = new Set(['<', '<=', '>', '>=', '+', '-', '*']);
const decimals = new Set(['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual']);
const compares = new Set(['==', '!=', 'contains', 'containsAll', 'containsAny']);

/**
 * Looks at a policy, as Cedar's JSON form has it, for what Cedar would let pass in silence: entities and attributes that
 * do not exist, so that a `forbid` never applies; a `permit`, which changes nothing here; comparisons of a path or an
 * address by its beginning.
 */
export function inspectPolicy(json: unknown): Inspected {
  const policy = isObject(json) ? json : {};
  const found: Found = { expectations: new Map(), problems: new Set() };
  if (policy['effect'] !== 'forbid') {
    found.problems.add('A guardrail only forbids: write forbid … unless { … } for what permit should say.');
  }
  for (const scope of ['principal', 'action', 'resource'] as const) inspectScope(scope, policy[scope], found);
  for (const condition of listOf(policy['conditions']))
    inspect(isObject(condition) ? condition['body'] : undefined, found);
  return { about: aboutOf(policy['resource']), expectations: found.expectations, problems: [...found.problems] };
}

interface Found {
  readonly expectations: Map<string, Set<Expected>>;
  readonly problems: Set<string>;
}

const scopeTypes = { principal: ['User', 'Role'], action: ['Action'], resource: ['Tool', 'Upstream'] } as const;

function inspectScope(scope: keyof typeof scopeTypes, value: Json | undefined, found: Found): void {
  const types: readonly string[] = scopeTypes[scope];
  for (const { type, id } of entitiesIn(value)) {
    if (!types.includes(type)) found.problems.add(`${scope} cannot be a ${type}; it is a ${types.join(' or in a ')}.`);
    if (type === 'Action' && id !== 'call') found.problems.add('The only action is Action::"call".');
  }
  const is = isObject(value) ? value['entity_type'] : undefined;
  if (typeof is === 'string' && is !== types[0]) found.problems.add(`${scope} is never a ${is}; it is a ${types[0]}.`);
}

function entitiesIn(value: Json | undefined): { type: string; id: string }[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => entitiesIn(item));
  if (!isObject(value)) return [];
  const { type, id } = value;
  if (typeof type === 'string' && typeof id === 'string') return [{ type, id }];
  return Object.values(value).flatMap((item) => entitiesIn(item));
}

function aboutOf(value: Json | undefined): Inspected['about'] {
  const [entity] = entitiesIn(value);
  if (entity === undefined) return {};
  return entity.type === 'Tool' ? { tool: entity.id } : { upstream: entity.id };
}

function inspect(value: Json | undefined, found: Found): void {
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) inspect(item, found);
    return;
  }
  if (!isObject(value)) return;
  for (const [operator, operand] of Object.entries(value)) {
    if (operator === 'Value') inspectLiteral(operand, found);
    else if (operator === '.' || operator === 'has') inspectAttribute(value, found);
    else if (operator === 'is') inspectIs(operand, found);
    else if (operator === 'like') inspectLike(operand, found);
    else if (operator === 'hasTag' || operator === 'getTag') found.problems.add('There are no tags.');
    else inspectOperation(operator, operand, found);
    if (operator !== 'Value') inspect(operand, found);
  }
}

function inspectLiteral(value: Json | undefined, { problems }: Found): void {
  for (const { type } of entitiesIn(value))
    if (!entityTypes.has(type)) problems.add(`There are no entities of type ${type}.`);
}

function inspectIs(operand: Json | undefined, { problems }: Found): void {
  const type = isObject(operand) ? operand['entity_type'] : undefined;
  if (typeof type === 'string' && !entityTypes.has(type)) problems.add(`There are no entities of type ${type}.`);
}

function inspectAttribute(value: JsonObject, { problems }: Found): void {
  const chain = chainOf(value);
  if (chain === undefined) problems.add('Name the fields of principal, resource and context by themselves.');
  const [root = '', attribute, inner] = chain ?? [];
  if (attribute === undefined || !Object.hasOwn(known, root)) return;
  if (known[root]?.includes(attribute) !== true)
    problems.add(`${root} has no ${attribute}; it has ${known[root]?.join(', ')}.`);
  if (attribute === 'task' && inner !== undefined && inner !== 'type')
    problems.add('context.task has a type and nothing else.');
}

/** The steps of `context.args.to` or of `context.args has to`; undefined for what does not start at a variable. */
function chainOf(value: Json | undefined): string[] | undefined {
  if (!isObject(value)) return undefined;
  const { Var: root } = value;
  if (typeof root === 'string') return [root];
  const access = value['.'] ?? value['has'];
  if (!isObject(access)) return undefined;
  const steps = typeof access['attr'] === 'string' ? [access['attr']] : listOf(access['attr']).map(String);
  const before = chainOf(access['left']);
  return before === undefined ? undefined : [...before, ...steps];
}

const LOOKS_LIKE_PLACE = /^(?:\/|~|[a-z][a-z0-9+.-]*:)/i;

function inspectLike(operand: Json | undefined, { problems }: Found): void {
  if (!isObject(operand) || argumentOf(operand['left']) === undefined) return;
  const parts = listOf(operand['pattern']).map((part) =>
    isObject(part) && typeof part['Literal'] === 'string' ? part['Literal'] : '*',
  );
  if (!LOOKS_LIKE_PLACE.test(parts.join(''))) return;
  problems.add(
    'A path or address in context.args cannot be judged by its beginning: use context.paths or context.urls.',
  );
}

function inspectOperation(operator: string, operand: Json | undefined, found: Found): void {
  const sides = isObject(operand) ? [operand['left'], operand['right'], operand['arg']] : listOf(operand);
  const paths = sides.flatMap((side) => argumentOf(side) ?? []);
  if (paths.length === 0) return;
  const expect = (type: Expected): void => {
    for (const path of paths) found.expectations.set(path, (found.expectations.get(path) ?? new Set()).add(type));
  };
  if (ordered.has(operator)) expect('long');
  else if (decimals.has(operator)) expect('decimal');
  else if (compares.has(operator)) {
    const types = sides.flatMap(typesOf);
    // Whatever is sent, what is of no known type may be of another, and then it is never equal.
    if (types.length === 0 || paths.length > 1) {
      found.problems.add('An argument can be compared with literals and with texts of principal, resource and task.');
    }
    for (const type of types) expect(type);
    expect(isList(operator, sides) ? 'list' : 'single');
  }
}

/** Whether an argument that is compared has to be a list: only one of its kind can be equal, or contain. */
function isList(operator: string, [left, right]: readonly (Json | undefined)[]): boolean {
  if (operator === 'contains') return argumentOf(left) !== undefined;
  if (operator === 'containsAll' || operator === 'containsAny') return true;
  const other = argumentOf(left) === undefined ? left : right;
  return isObject(other) && (Array.isArray(other['Set']) || chainOf(other)?.join('.') === 'resource.effects');
}

/** The path of an argument, for an expression that is one. */
function argumentOf(value: Json | undefined): string | undefined {
  const [root, attribute, ...path] = isObject(value) && value['.'] !== undefined ? (chainOf(value) ?? []) : [];
  return root === 'context' && attribute === 'args' && path.length > 0 ? path.join(STEP) : undefined;
}

const texts = new Set([
  'principal.role',
  'resource.name',
  'resource.upstream',
  'resource.effects',
  'resource.output',
  'context.task.type',
]);

/** The types of a literal, of the members of a set of them, or of a field whose type is known. */
function typesOf(value: Json | undefined): Expected[] {
  if (!isObject(value)) return [];
  const field = chainOf(value)?.join('.') ?? '';
  if (texts.has(field)) return ['string'];
  if (field === 'resource.sandboxed') return ['boolean'];
  if (Array.isArray(value['Set'])) return value['Set'].flatMap((item: Json) => typesOf(item));
  if (value['decimal'] !== undefined) return ['decimal'];
  const literal = value['Value'];
  if (Array.isArray(literal)) return literal.flatMap((item: Json) => typesOf({ Value: item }));
  if (typeof literal === 'string' || typeof literal === 'boolean') return [typeof literal as 'string' | 'boolean'];
  return typeof literal === 'number' ? ['long'] : [];
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}
