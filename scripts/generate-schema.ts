/** Writes what is made from schemas of the configuration and of the scan's report: `node scripts/generate-schema.ts`. A test fails when it is stale. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import {
  configJsonSchema,
  editorJsonSchema,
  isSchema,
  resolved,
  type Schema,
  typeOf,
} from '../src/config/json-schema.ts';
import { reportShape } from '../src/scanner/report/json-shape.ts';

/** The files, relative to the repository. */
export const schemaFile = new URL('../schema/merlon.schema.json', import.meta.url);
export const reportSchemaFile = new URL('../schema/scan-report.schema.json', import.meta.url);
export const documentFile = new URL('../docs/configuration.md', import.meta.url);

/** The text of `schema/merlon.schema.json`. */
export function schemaText(): string {
  return `${JSON.stringify(editorJsonSchema(), null, 2)}\n`;
}

/** The text of `schema/scan-report.schema.json`. */
export function reportSchemaText(): string {
  const schema = { title: 'Merlon scan report, version 1', ...z.toJSONSchema(reportShape) };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** `docs/configuration.md` with its tables made anew; the text around them stays. */
export function withTables(markdown: string): string {
  return markdown.replaceAll(
    /(<!-- keys of (\S+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_all, start: string, where: string, end: string) => `${start}\n${table(find(where))}\n${end}`,
  );
}

/** Walks `auth.providers[jwt]` or `mcpServers.*`. */
function find(where: string): Schema {
  let schema: Schema | undefined = configJsonSchema();
  for (const [step = ''] of where.matchAll(/[^.[\]]+/g)) schema = schema && stepInto(schema, step);
  if (schema === undefined) throw new Error(`docs/configuration.md asks for the keys of ${where}, which is nowhere.`);
  return schema;
}

function stepInto({ properties, additionalProperties, items }: Schema, step: string): Schema | undefined {
  const element = isSchema(items) ? items : undefined;
  if (element?.oneOf !== undefined) return element.oneOf.find((option) => typeOf(option) === step);
  const child = step === '*' ? (element ?? additionalProperties) : properties?.[step];
  return isSchema(child) ? resolved(child) : undefined;
}

function table(schema: Schema): string {
  const rows = Object.entries(schema.properties ?? {}).map(([key, child]) => {
    const facts = isSchema(child) ? resolved(child) : {};
    const required = schema.required?.includes(key) === true;
    const [meaning = '', otherwise] = (facts.description ?? '').split(' Default: ');
    return `| \`${key}\` | ${meaning} | ${values(facts)} | ${required ? 'required' : byDefault(facts, otherwise)} |`;
  });
  return ['| key | meaning | value | default |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function values(schema: Schema): string {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return choices(schema.enum);
  if (schema.type === 'integer' || schema.type === 'number') return range(schema);
  if (schema.type === 'boolean') return '`true`, `false`';
  if (schema.type === 'array') {
    const items = isSchema(schema.items) ? resolved(schema.items) : {};
    return items.enum === undefined ? 'list' : `list of ${choices(items.enum)}`;
  }
  return schema.type === 'object' ? 'map' : 'text';
}

function range({ minimum, maximum }: Schema): string {
  if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) return `${minimum} to ${maximum}`;
  return minimum === undefined ? 'number' : `at least ${minimum}`;
}

// Both spellings are in the schema, for editors.
function choices(options: readonly unknown[]): string {
  const upper = new Set(options.map((option) => String(option).toUpperCase()));
  const shown = upper.size === options.length ? options : [...upper];
  return shown.map((option) => `\`${String(option)}\``).join(', ');
}

// A default that is no constant stands at the end of the description.
function byDefault(schema: Schema, otherwise: string | undefined): string {
  if (schema.default === undefined) return otherwise?.replace(/\.$/, '') ?? '';
  const text = JSON.stringify(schema.default);
  return text.length > 60 ? 'see below' : `\`${text.replaceAll('"', '')}\``;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(schemaFile, schemaText());
  await writeFile(reportSchemaFile, reportSchemaText());
  await writeFile(documentFile, withTables(await readFile(documentFile, 'utf8')));
}
