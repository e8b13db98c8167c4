import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { load } from '../test/config.ts';
import { configJsonSchema, editorJsonSchema, isSchema, type Schema } from '../src/config/json-schema.ts';
import {
  documentFile,
  reportSchemaFile,
  reportSchemaText,
  schemaFile,
  schemaText,
  withTables,
} from './generate-schema.ts';

const stale = 'run: node scripts/generate-schema.ts';

describe('what is generated is committed', () => {
  test('schema/merlon.schema.json', async () => {
    expect({ stale, text: await readFile(schemaFile, 'utf8') }).toEqual({ stale, text: schemaText() });
  });
  test('schema/scan-report.schema.json', async () => {
    expect({ stale, text: await readFile(reportSchemaFile, 'utf8') }).toEqual({ stale, text: reportSchemaText() });
  });
  test('the tables of docs/configuration.md', async () => {
    const text = await readFile(documentFile, 'utf8');
    expect({ stale, text }).toEqual({ stale, text: withTables(text) });
  });
});

function* properties(schema: Schema, path = ''): Generator<{ path: string; required: boolean; child: Schema }> {
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    if (!isSchema(child)) continue;
    yield { path: `${path}.${key}`, required: schema.required?.includes(key) === true, child };
    yield* properties(child, `${path}.${key}`);
  }
  for (const child of [schema.additionalProperties, schema.items, ...(schema.oneOf ?? [])]) {
    if (isSchema(child)) yield* properties(child, path);
  }
}

describe('every key', () => {
  const all = [...properties(configJsonSchema())];
  test.each(all.map(({ path, ...rest }) => [path, rest] as const))(
    '%s says what it means and what holds without it',
    (_path, { required, child }) => {
      expect(child.description).toMatch(/^.+[.]$/s);
      expect(required || child.default !== undefined || / Default: .+\.$/s.test(child.description ?? '')).toBe(true);
      expect(child.type !== 'integer' || (child.minimum !== undefined && child.maximum !== undefined)).toBe(true);
    },
  );

  test('has its row in the documentation', async () => {
    const text = await readFile(documentFile, 'utf8');
    const sections = new Set(Object.keys(configJsonSchema().properties ?? {}).map((key) => `.${key}`));
    const rows = all.filter(({ path }) => !sections.has(path)).map(({ path }) => path.split('.').at(-1));
    expect(rows.filter((key) => !text.includes(`\n| \`${key}\` |`))).toEqual([]);
  });
});

test('an editor accepts a reference wherever a scalar stands, and every pattern is one for it', () => {
  for (const { path, child } of properties(editorJsonSchema())) {
    const options = [child, ...(child.anyOf ?? [])].filter((each) => isSchema(each));
    const patterns = options.flatMap(({ pattern }) => (pattern === undefined ? [] : [new RegExp(pattern, 'u')]));
    const isFree = options.some(
      ({ type, pattern, enum: list }) => type === 'string' && pattern === undefined && list === undefined,
    );
    const isScalar = child.type !== 'object' && child.type !== 'array' && child.const === undefined;
    const accepts = isFree || patterns.some((pattern) => pattern.test('${env:NAME}'));
    expect({ path, accepts: accepts || !isScalar }).toEqual({ path, accepts: true });
  }
});

test('the examples in the documentation load', async () => {
  const text = await readFile(documentFile, 'utf8');
  const examples = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, example = '']) => example);
  expect(examples.length).toBeGreaterThanOrEqual(2);
  for (const example of examples) {
    const tls = example.includes('tls_cert') ? '' : 'server: { tls_cert: a, tls_key: b }\n';
    const { warnings } = await load(`${tls}${example}`, { env: { TICKETS_TOKEN: 'a' } });
    expect(warnings).toEqual([]);
  }
});
