import fc from 'fast-check';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { describe, expect, it } from 'vitest';
import { controlIds } from '../../src/controls/control.ts';
import { languages } from '../../src/kernel/text.ts';
import { scanResult } from '../scan-result.ts';
import { anyScan } from './any-scan.ts';
import { rendered } from './rendered.ts';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

interface Read {
  readonly elements: readonly Element[];
  /** What the standard calls parse errors. */
  readonly faults: readonly string[];
}

function read(html: string): Read {
  const faults: string[] = [];
  const { childNodes } = parse(html, { onParseError: ({ code }) => void faults.push(code) });
  const all = (nodes: readonly Node[]): Element[] =>
    nodes.flatMap((node) => ('tagName' in node ? [node, ...all(node.childNodes)] : []));
  return { elements: all(childNodes), faults };
}

const OURS = new Set(
  (
    'html head meta title style body header main footer nav section article figure figcaption div h1 h2 h3 p span b small ' +
    'time code ul ol li a br details summary table tbody tr th td svg g circle rect text'
  ).split(' '),
);
const ATTRIBUTES = new Set(
  (
    'lang charset http-equiv content name class id datetime href aria-label aria-hidden open scope role viewBox transform ' +
    'cx cy r x y rx width height stroke-dasharray stroke-dashoffset'
  ).split(' '),
);

/** Everything that a hostile name could have made of itself. */
function intruders({ elements }: Read): string[] {
  return elements.flatMap(({ tagName, attrs }) => [
    ...(OURS.has(tagName) ? [] : [tagName]),
    ...attrs.filter(({ name }) => !ATTRIBUTES.has(name)).map(({ name }) => `${tagName} ${name}`),
    ...attrs.filter(({ name, value }) => name === 'href' && !value.startsWith('#')).map(({ value }) => value),
  ]);
}

function valuesOf({ elements }: Read, attribute: string): string[] {
  return elements.flatMap(({ attrs }) => attrs.flatMap(({ name, value }) => (name === attribute ? [value] : [])));
}

describe('the HTML report', () => {
  it.each(languages)(
    'in %s is HTML without fault, its links lead somewhere, and each name is given once',
    async (language) => {
      const page = read(await rendered(scanResult(), 'html', language));
      expect(page.faults).toEqual([]);
      const ids = valuesOf(page, 'id');
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toEqual(expect.arrayContaining([...controlIds]));
      expect(valuesOf(page, 'href').filter((link) => !ids.includes(link.slice(1)))).toEqual([]);
    },
  );

  it('would be found out', () => {
    const page = read(
      '<!doctype html><title>x</title><a href="javascript:1" onclick="1"><script></script></a><p id=a id=b>',
    );
    expect(intruders(page)).toEqual(['a onclick', 'javascript:1', 'script']);
    expect(page.faults).toEqual(['duplicate-attribute']);
  });

  it('has its own elements, attributes and links alone, whatever the targets are called', async () => {
    await fc.assert(
      fc.asyncProperty(anyScan, fc.constantFrom(...languages), async (scan, language) => {
        const page = read(await rendered(scan, 'html', language));
        expect(intruders(page)).toEqual([]);
        expect(page.faults).toEqual([]);
        expect(page.elements.filter(({ tagName }) => tagName === 'style')).toHaveLength(1);
        expect(page.elements.filter(({ attrs }) => attrs.some(({ value }) => value.startsWith('tile ')))).toHaveLength(
          20,
        );
      }),
      { numRuns: 300 },
    );
  });
});
