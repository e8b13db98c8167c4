import fc from 'fast-check';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5';
import { describe, expect, it } from 'vitest';
import { controlOf } from '../../src/controls/index.ts';
import { languages } from '../../src/kernel/text.ts';
import { asCode, asText } from '../../src/scanner/report/markdown-text.ts';
import { scanResult } from '../scan-result.ts';
import { anyScan, anyText } from './any-scan.ts';
import { rendered } from './rendered.ts';

type Node = DefaultTreeAdapterTypes.ChildNode;

function html(markdown: string): Node[] {
  const page = micromark(markdown, {
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
  return parseFragment(page).childNodes;
}

function all(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => [node, ...('childNodes' in node ? all(node.childNodes) : [])]);
}

function textOf(nodes: readonly Node[]): string {
  return all(nodes)
    .map((node) => ('value' in node ? node.value : ''))
    .join('');
}

/** Text outside of code, where GitHub and GitLab look for mentions, addresses and references. */
function liveTextOf(nodes: readonly Node[]): string {
  return nodes
    .map((node) =>
      'value' in node
        ? node.value
        : node.nodeName === 'code'
          ? ''
          : 'childNodes' in node
            ? liveTextOf(node.childNodes)
            : '',
    )
    .join('');
}

const OURS = new Set('#text h1 h2 h3 p ul li strong code table thead tbody tr th td blockquote'.split(' '));
const LIVE = /@[\w-]|:\/\/|\bwww\.|#\d/i;
/** As text comes out: on one line, without the back-ticks that made code of it and the blanks that keep code apart. */
const flat = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .replaceAll('|', '\u2223')
    .replaceAll(/[\s`]+/g, '')
    .trim();

describe('text in Markdown', () => {
  it.each([
    ['text', asText],
    ['code', asCode],
  ] as const)('as %s is shown as it is, and nothing of it comes alive', (_name, as) => {
    fc.assert(
      fc.property(anyText, (text) => {
        const nodes = html(`- x: ${as(text)}`);
        const kinds = new Set(all(nodes).map(({ nodeName }) => nodeName));
        expect([...kinds].filter((kind) => !['#text', 'ul', 'li', 'code'].includes(kind))).toEqual([]);
        expect(liveTextOf(nodes)).not.toMatch(LIVE);
        expect(flat(textOf(nodes))).toBe(flat(`x: ${text}`));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is one cell of a table', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const nodes = all(html(`| a | b |\n|---|---|\n| ${asText(text)} | end |\n`));
        const cells = nodes.filter(({ nodeName }) => nodeName === 'td');
        expect(cells).toHaveLength(2);
        expect(textOf(cells.slice(1))).toBe('end');
      }),
      { numRuns: 1_000 },
    );
  });

  it('begins no list, heading or quote', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const kinds = new Set(html(asText(text)).map(({ nodeName }) => nodeName));
        expect([...kinds].filter((kind) => kind !== 'p' && kind !== '#text')).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is easy to read where it is harmless', () => {
    expect(asText('It listens on 0.0.0.0:8443, in clear-text.')).toBe('It listens on 0.0.0.0:8443, in clear-text.');
    expect(asText('Seen at https://a.example/mcp.')).toBe('Seen at `https://a.example/mcp`.');
  });
});

describe('the Markdown report', () => {
  it.each(languages)('in %s has a table of the 20 controls', async (language) => {
    const nodes = all(html(await rendered(scanResult(), 'markdown', language)));
    const rows = nodes.filter(({ nodeName }) => nodeName === 'tr').slice(0, 21);
    expect(
      rows
        .map((row) => textOf([row]))
        .slice(1)
        .map((row, index) => row.includes(`C${String(index + 1).padStart(2, '0')}`)),
    ).toEqual(Array.from({ length: 20 }, () => true));
    expect(textOf(nodes)).toContain(controlOf('C07').title[language]);
  });

  it('has no link, image or HTML, and its table keeps its shape, whatever the targets are called', async () => {
    await fc.assert(
      fc.asyncProperty(anyScan, fc.constantFrom(...languages), async (scan, language) => {
        const tree = html(await rendered(scan, 'markdown', language));
        const nodes = all(tree);
        expect(nodes.map(({ nodeName }) => nodeName).filter((name) => !OURS.has(name))).toEqual([]);
        expect(liveTextOf(tree)).not.toMatch(LIVE);
        const rows = nodes.filter(({ nodeName }) => nodeName === 'tr');
        expect(rows).toHaveLength(21);
        for (const row of rows) {
          const cells = 'childNodes' in row ? row.childNodes.filter(({ nodeName }) => /^t[dh]$/.test(nodeName)) : [];
          expect(cells).toHaveLength(5);
        }
      }),
      { numRuns: 300 },
    );
  });
});
