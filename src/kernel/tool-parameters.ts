import { isObject, type JsonObject } from './jsonrpc.ts';

/** A parameter of a tool, at any depth of its schema. */
export interface Parameter {
  /** Names from the outside in, joined by dots; `[]` for the items of a list, `*` for the entries of a map. */
  readonly path: string;
  readonly name: string;
  readonly description: string;
  /** With local references followed. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/** What there is in an input schema. */
export interface Survey {
  /** At most 2,000. One path may come several times, where alternatives have it. */
  readonly parameters: readonly Parameter[];
  /** Places where the schema begins again inside itself: at `path` stands what stands at `of`. */
  readonly loops: readonly { readonly path: string; readonly of: string }[];
  /** False when there is more than was looked at: more parameters, deeper, or too much in between. */
  readonly isComplete: boolean;
}

/** Steps into a schema, where alternatives, items and references count like parameters. */
const MAX_DEPTH = 64;
const MAX_PARAMETERS = 2_000;
/** Schemas looked at: references may stand for exponentially many. */
const MAX_VISITS = 20_000;
const MAX_POINTER_STEPS = 32;

/** The parameters of a tool, at most 2,000. */
export function parametersOf({ inputSchema }: { readonly inputSchema: unknown }): readonly Parameter[] {
  return surveyOf(inputSchema).parameters;
}

/** The parameters of an attacker-controlled input schema. References are followed inside the schema, and never out of it. */
export function surveyOf(root: unknown): Survey {
  const parameters: Parameter[] = [];
  const loops: { path: string; of: string }[] = [];
  let visits = 0;
  let isComplete = true;

  function walk(prefix: string, schema: unknown, depth: number, through: readonly Reference[]): void {
    if (!isObject(schema)) return;
    visits += 1;
    if (depth === 0 || visits > MAX_VISITS || parameters.length >= MAX_PARAMETERS) {
      isComplete = false;
      return;
    }
    const at = prefix.replace(/\.$/, '');
    const { $ref } = schema;
    const target = localTarget(root, $ref);
    if (target !== undefined && typeof $ref === 'string') {
      const before = through.find(({ ref }) => ref === $ref);
      if (before === undefined) walk(prefix, target, depth - 1, [...through, { ref: $ref, path: at }]);
      else loops.push({ path: at, of: before.path });
    }
    const { properties } = schema;
    if (isObject(properties)) {
      for (const [name, value] of Object.entries(properties)) {
        if (parameters.length >= MAX_PARAMETERS) {
          isComplete = false;
          return;
        }
        parameters.push(parameterOf(root, `${prefix}${name}`, name, value));
        walk(`${prefix}${name}.`, value, depth - 1, through);
      }
    }
    for (const item of listOf(schema['items'], schema['prefixItems'])) walk(`${at}[].`, item, depth - 1, through);
    for (const entry of [schema['additionalProperties'], ...valuesOf(schema['patternProperties'])]) {
      walk(`${prefix}*.`, entry, depth - 1, through);
    }
    const alternatives = listOf(schema['anyOf'], schema['oneOf'], schema['allOf'], schema['then'], schema['else']);
    for (const one of [...alternatives, ...valuesOf(schema['dependentSchemas'])]) walk(prefix, one, depth - 1, through);
  }

  walk('', root, MAX_DEPTH, []);
  return { parameters, loops, isComplete };
}

interface Reference {
  readonly ref: string;
  readonly path: string;
}

function parameterOf(root: unknown, path: string, name: string, value: unknown): Parameter {
  const schema = isObject(value) ? followed(root, value) : {};
  const { description } = schema;
  return { path, name, description: typeof description === 'string' ? description : '', schema };
}

/** A schema with what its references stand for; what stands beside a reference counts more. */
function followed(root: unknown, schema: JsonObject): JsonObject {
  let whole = schema;
  for (let steps = 0; steps < 8; steps += 1) {
    const target = localTarget(root, whole['$ref']);
    if (target === undefined) return whole;
    const { $ref: _, ...beside } = whole;
    whole = { ...target, ...beside };
  }
  return whole;
}

/** One form that a value may have: its type, format and the like, of a list those of its items. */
export interface Shape {
  readonly schema: JsonObject;
  /** True for an object of which nothing is said about what is in it. */
  readonly isOpaque: boolean;
}

const MAX_SHAPES = 64;

/**
 * The forms that a value of this schema may have besides objects with known properties, which have parameters of their own:
 * alternatives are taken apart, lists replaced by their items, references followed, `null` left out. At most 64, and one that may be anything where there are more.
 */
export function shapesOf(root: unknown, schema: unknown): readonly Shape[] {
  const shapes: Shape[] = [];
  let visits = 0;

  function add(one: unknown, depth: number): void {
    visits += 1;
    if (visits > MAX_SHAPES + 1) return;
    // More than is looked at may be anything.
    if (visits > MAX_SHAPES || depth === 0 || !isObject(one)) {
      shapes.push({ schema: {}, isOpaque: true });
      return;
    }
    const whole = followed(root, one);
    const alternatives = listOf(whole['anyOf'], whole['oneOf'], whole['allOf']);
    const items = listOf(whole['items'], whole['prefixItems']);
    for (const next of [...alternatives, ...items]) add(next, depth - 1);
    if (whole['type'] === 'null' || alternatives.length > 0 || items.length > 0) return;
    const hasFields = isObject(whole['properties']) && Object.keys(whole['properties']).length > 0;
    if (hasFields && !mayBeOther(whole['type'])) return;
    const says = ['type', 'enum', 'const', 'format', 'pattern'].some((key) => Object.hasOwn(whole, key));
    shapes.push({ schema: whole, isOpaque: !says || whole['type'] === 'object' || whole['type'] === 'array' });
  }

  add(schema, MAX_DEPTH);
  return shapes;
}

/** True for a type that says that something other than an object may stand there. */
function mayBeOther(type: unknown): boolean {
  return Array.isArray(type) && type.some((one) => one !== 'object' && one !== 'null');
}

/** What a local reference (`#/$defs/Address`) points at; undefined for anything else. */
function localTarget(root: unknown, ref: unknown): JsonObject | undefined {
  if (typeof ref !== 'string' || !(ref === '#' || ref.startsWith('#/')) || ref.length > 1_024) return undefined;
  let here: unknown = root;
  const steps = ref.split('/').slice(1);
  if (steps.length > MAX_POINTER_STEPS) return undefined;
  for (const step of steps) {
    const key = keyOf(step);
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Readonly<Record<string, unknown>>)[key];
  }
  return isObject(here) ? here : undefined;
}

// RFC 6901, sections 3 and 6.
function keyOf(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return step;
  }
}

function listOf(...values: readonly unknown[]): readonly unknown[] {
  return values.flatMap((value: unknown): readonly unknown[] =>
    Array.isArray(value) ? value : isObject(value) ? [value] : [],
  );
}

function valuesOf(value: unknown): readonly unknown[] {
  return isObject(value) ? Object.values(value) : [];
}
