import { createProvenance } from '../../src/policy/provenance/provenance.ts';
import type { ToolProfile } from '../../src/policy/tool/tool-profile.ts';
import type { Row } from '../bench.ts';

const ROUNDS = 200;
const KILOBYTES = [1, 10, 100];

const profile: ToolProfile = {
  tool: 'mail/search',
  hash: 'a1',
  effects: ['read'],
  sinks: {},
  output: 'untrusted',
  sandboxed: false,
};

/** CPU that a task takes to remember one result, for prose and for records as JSON. */
export function learnRows(): Row[] {
  return KILOBYTES.flatMap((kilobytes) =>
    (
      [
        ['prose', proseOf],
        ['records', recordsOf],
      ] as const
    ).map(([what, make]) => ({ remembered: what, KB: kilobytes, 'CPU µs': microseconds(make, kilobytes) })),
  );
}

function microseconds(make: (index: number, characters: number) => string, kilobytes: number): number {
  const request = 'Send the invoice of the Baker Street office to ann@firm.example and tell me what is open.';
  const results = Array.from({ length: ROUNDS / 4 }, (_, index) => make(index, kilobytes * 1_024));
  const memory = createProvenance({ request });
  const learn = (): void => {
    for (const text of results) memory.learn(profile, { query: 'invoice' }, { content: [{ type: 'text', text }] });
  };
  learn();
  const before = process.cpuUsage();
  for (let round = 0; round < ROUNDS / results.length; round += 1) learn();
  const { user, system } = process.cpuUsage(before);
  return Math.round((user + system) / ROUNDS);
}

function proseOf(index: number, characters: number): string {
  const sentence = `Message ${index} lists the open questions, names who will look at each, and says when an answer is due. `;
  return sentence.repeat(Math.ceil(characters / sentence.length)).slice(0, characters);
}

function recordsOf(index: number, characters: number): string {
  const record = { id: `${index}`, subject: `Invoice ${index}`, sender: `person-${index}@firm.example`, unread: true };
  return JSON.stringify(Array.from({ length: Math.ceil(characters / 95) }, (_, row) => ({ ...record, row })));
}
