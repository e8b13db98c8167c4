import { describe, expect, it } from 'vitest';
import type { ToolOverride } from './tool-profile.ts';
import { createToolBook } from './tool-book.ts';

const entry = (name: string, description = 'Gets.', more: object = {}): object => ({
  name,
  description,
  inputSchema: { type: 'object', properties: { to: { type: 'string' } } },
  ...more,
});
const plain = { overrideOf: () => undefined, isSandboxed: () => false };

describe('a tool book', () => {
  it('knows what was listed last, for each upstream by itself', () => {
    const book = createToolBook(plain);
    book.learn('a', [entry('one'), entry('two')]);
    book.learn('b', [entry('one', 'Sends.')]);
    book.learn('a', [entry('two'), entry('three')]);
    expect(book.profiles().map(({ tool }) => tool)).toEqual(['a/two', 'a/three', 'b/one']);
    expect(book.profile('a', 'one')).toBeUndefined();
    expect(book.profile('b', 'one')?.sinks).toEqual({ to: 'recipient' });
    book.forget('a');
    expect(book.profile('a', 'two')).toBeUndefined();
  });

  it('says whether anything has changed, whatever was listed elsewhere meanwhile', () => {
    const book = createToolBook(plain);
    expect(book.learn('a', [entry('one'), entry('two')])).toBe(true);
    expect(book.learn('b', [entry('one')])).toBe(true);
    expect(book.learn('a', [entry('one'), entry('two')])).toBe(false);
    expect(book.learn('b', [entry('one')])).toBe(false);
    expect(book.learn('a', [entry('two'), entry('one')])).toBe(true);
    expect(book.learn('a', [entry('two')])).toBe(true);
    expect(book.learn('b', [entry('one', 'Deletes.')])).toBe(true);
    expect(
      book.learn(
        'b',
        Array.from({ length: 2_001 }, (_, index) => entry(`tool-${index}`)),
      ),
    ).toBe(true);
    expect(book.learn('c', [])).toBe(false);
  });

  it('knows none of two tools with one name, whatever else is wrong with one of them', () => {
    const book = createToolBook(plain);
    book.learn('a', [entry('twice'), entry('once'), entry('twice', 'Other.'), entry('twice')]);
    expect(book.profiles().map(({ tool }) => tool)).toEqual(['a/once']);
    book.learn('a', [{ name: 'twice', description: 7 }, entry('twice')]);
    expect(book.profiles()).toEqual([]);
  });

  it('knows nothing new by one page of many, but what changed on it', () => {
    const book = createToolBook(plain);
    book.update('a', [entry('one')]);
    expect(book.profiles()).toEqual([]);
    book.learn('a', [entry('one'), entry('two'), entry('three')]);
    const [one, two] = [book.profile('a', 'one'), book.profile('a', 'two')];
    book.update('a', [entry('one'), entry('two', 'Other.'), entry('new'), { name: 'three', description: 7 }]);
    expect(book.profile('a', 'one')).toBe(one);
    expect(book.profile('a', 'two')?.hash).not.toBe(two?.hash);
    for (const name of ['new', 'three']) expect(book.profile('a', name)).toBeUndefined();
    book.update('a', [entry('one'), entry('one', 'Other.')]);
    expect(book.profile('a', 'one')).toBeUndefined();
  });

  it('knows no tool by a name that means all tools in a grant', () => {
    const book = createToolBook(plain);
    book.learn('a', [entry('*'), entry('x/*'), entry('x*')]);
    expect(book.profiles().map(({ tool }) => tool)).toEqual(['a/x*']);
  });

  it('does not derive again what has not changed', () => {
    const book = createToolBook(plain);
    const same = entry('one');
    book.learn('a', [same]);
    const known = book.profile('a', 'one');
    book.learn('a', [same]);
    expect(book.profile('a', 'one')).toBe(known);
    book.learn('a', [JSON.parse(JSON.stringify(same))]);
    expect(book.profile('a', 'one')).toBe(known);
    book.learn('a', [entry('one', 'Deletes.')]);
    expect(book.profile('a', 'one')).not.toBe(known);
    expect(book.profile('a', 'one')?.hash).not.toBe(known?.hash);
  });

  it('derives again when the operator says something else', () => {
    let said: ToolOverride | undefined;
    let sandboxed = false;
    const book = createToolBook({ overrideOf: () => said, isSandboxed: () => sandboxed });
    const tools = [entry('one')];
    book.learn('a', tools);
    said = { output: 'trusted' };
    book.learn('a', tools);
    expect(book.profile('a', 'one')?.output).toBe('trusted');
    sandboxed = true;
    book.learn('a', tools);
    expect(book.profile('a', 'one')?.sandboxed).toBe(true);
  });

  it('knows nothing of an upstream that lists too many tools, or too much of them', () => {
    const book = createToolBook(plain);
    book.learn('a', [entry('one')]);
    book.learn(
      'a',
      Array.from({ length: 2_001 }, (_, index) => entry(`t${index}`)),
    );
    expect(book.profiles()).toEqual([]);
    const large = 'x'.repeat(6_000_000);
    book.learn(
      'a',
      ['p', 'q', 'r'].map((name) => entry(name, large)),
    );
    expect(book.profiles()).toEqual([]);
  });

  it('passes over what is no tool, and takes names of prototypes', () => {
    const book = createToolBook(plain);
    const odd = JSON.parse('{"name":"__proto__","inputSchema":{"type":"object"}}');
    book.learn('__proto__', [
      null,
      7,
      'x',
      [],
      {},
      { name: 5 },
      { name: 'a', annotations: [] },
      { name: 'b', title: {} },
      odd,
    ]);
    expect(book.profiles().map(({ tool }) => tool)).toEqual(['__proto__/__proto__']);
    expect(book.profile('constructor', 'toString')).toBeUndefined();
  });
});
