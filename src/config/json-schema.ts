import { z } from 'zod';
import { configSchema } from './schema.ts';
import { findScalar, type Path, type Tree } from './tree.ts';

/**
 * What the explanations, the documentation and the editors read: a JSON Schema, draft 2020-12. What contains itself (a
 * constraint of each item of a list) stands once under `$defs`; {@link resolved} follows references to it.
 */
export type Schema = z.core.JSONSchema.BaseSchema;

let made: Schema | undefined;

/** The JSON Schema of the configuration file as a person writes it, after references are replaced. */
export function configJsonSchema(): Schema {
  made ??= z.toJSONSchema(configSchema, { io: 'input' });
  return made;
}

/** The same for editors: any scalar may also be text with a `${env:NAME}` or `${file:path}` in it. */
export function editorJsonSchema(): Schema {
  return { title: 'Merlon configuration', ...allowReferences(configJsonSchema()) };
}

const reference = String.raw`\$\{(env|file):[^}]+\}`;

function allowReferences(schema: Schema): Schema {
  const { type, pattern, enum: options, ...rest } = mapChildren(schema, allowReferences);
  if (type === 'integer' || type === 'number' || type === 'boolean')
    return { ...rest, type: [type, 'string'] as never, pattern: reference };
  if (options !== undefined) return { ...rest, anyOf: [{ enum: options }, { type: 'string', pattern: reference }] };
  return {
    ...rest,
    ...(type === undefined ? {} : { type }),
    ...(pattern === undefined ? {} : { pattern: `${reference}|${pattern}` }),
  };
}

function mapChildren(schema: Schema, change: (child: Schema) => Schema): Schema {
  const { properties, additionalProperties, items, oneOf, $defs } = schema;
  return {
    ...schema,
    ...(properties && { properties: mapEntries(properties, change) }),
    ...($defs && { $defs: mapEntries($defs, change) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: change(additionalProperties) }),
    ...(isSchema(items) && { items: change(items) }),
    ...(oneOf && { oneOf: oneOf.map(change) }),
  };
}

function mapEntries<Child extends z.core.JSONSchema._JSONSchema>(
  record: Readonly<Record<string, Child>>,
  change: (child: Schema) => Schema,
): Record<string, Child | Schema> {
  return Object.fromEntries(
    Object.entries(record).map(([key, child]) => [key, typeof child === 'object' ? change(child) : child]),
  );
}

/** A schema itself where a reference to it stands; what stands beside the reference counts. */
export function resolved({ $ref, ...rest }: Schema): Schema {
  if ($ref === undefined) return rest;
  const found = own(configJsonSchema().$defs, $ref.replace('#/$defs/', ''));
  return isSchema(found) ? { ...found, ...rest } : rest;
}

/** True for a schema, false for `true`, `false`, a list and nothing. */
export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schema of what stands at `path`; where it depends on a `type` key, the file itself tells which. */
export function schemaAt(path: Path, tree: Tree): Schema | undefined {
  let schema: Schema | undefined = configJsonSchema();
  for (const [index, step] of path.entries()) {
    schema = schema && chosen(childOf(schema, step), tree, path.slice(0, index + 1));
  }
  return schema;
}

function childOf({ properties, additionalProperties, items }: Schema, step: string | number): Schema | undefined {
  const child = typeof step === 'number' ? items : (own(properties, step) ?? additionalProperties);
  return isSchema(child) ? resolved(child) : undefined;
}

function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

function chosen(schema: Schema | undefined, tree: Tree, path: Path): Schema | undefined {
  if (schema?.oneOf === undefined) return schema;
  const type = findScalar(tree, [...path, 'type']);
  const fitting = schema.oneOf.find((option) => typeOf(option) === type);
  return fitting ?? { type: 'object', properties: Object.assign({}, ...schema.oneOf.map((each) => each.properties)) };
}

/** The `type` that chooses an alternative such as the kinds of credential. */
export function typeOf(alternative: Schema): unknown {
  const type = alternative.properties?.['type'];
  return isSchema(type) ? type.const : undefined;
}

/** The keys that are known at a place. */
export function knownKeys(schema: Schema | undefined): readonly string[] {
  return Object.keys(schema?.properties ?? {});
}
