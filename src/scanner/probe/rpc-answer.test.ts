import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Heard } from './ask.ts';
import { findAnswer } from './rpc-answer.ts';

function heard(body: string, type = 'application/json'): Heard {
  return { status: 200, headers: { 'content-type': type }, body, isCut: false };
}

const stream = (body: string): Heard => heard(body, 'text/event-stream; charset=utf-8');
const result = (id: unknown): string => JSON.stringify({ jsonrpc: '2.0', id, result: { a: 1 } });

describe('findAnswer', () => {
  it('finds the answer in a plain body, whatever the body says that it is', () => {
    expect(findAnswer(7).find(heard(result(7)))).toEqual({ result: { a: 1 } });
    expect(findAnswer(7).find(heard(result(7), 'text/html'))).toEqual({ result: { a: 1 } });
  });

  it.each([8, '7', null, undefined])('takes no result under the id %j', (id) => {
    expect(findAnswer(7).find(heard(result(id)))).toBeUndefined();
  });

  it('takes an error without an id, and none under the id of another', () => {
    const error = { code: -32700, message: 'no' };
    const body = (id: unknown): Heard => heard(JSON.stringify({ jsonrpc: '2.0', id, error }));
    expect(findAnswer(7).find(body(null))).toEqual({ error });
    expect(findAnswer(7).find(body(8))).toBeUndefined();
  });

  it('finds the answer behind comments, notifications and answers to others', () => {
    const note = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message' });
    const body = `:\r\n\r\nid: 1\ndata: \n\ndata: ${note}\n\ndata: ${result(8)}\n\nevent: message\ndata:${result(7)}\r\n\r\n`;
    expect(findAnswer(7).find(stream(body))).toEqual({ result: { a: 1 } });
  });

  it('takes no event that was cut', () => {
    expect(findAnswer(7).find(stream(`data: ${result(7)}\n`))).toBeUndefined();
  });

  it('finds the same however the stream was cut into pieces', () => {
    const body = `: hello\n\nevent: message\r\ndata: ${result(7)}\r\n\r\nmore`;
    fc.assert(
      fc.property(fc.array(fc.nat({ max: body.length })), (cuts) => {
        const finder = findAnswer(7);
        const seen = [...cuts.toSorted((a, b) => a - b), body.length].map((end) => finder.isIn(body.slice(0, end)));
        expect(seen.at(-1)).toBe(true);
        expect(finder.find(stream(body))).toEqual({ result: { a: 1 } });
      }),
    );
  });

  it('finds nothing in what holds no answer, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.boolean(), (body, isStream) => {
        const finder = findAnswer(-1);
        finder.isIn(body);
        expect(finder.find(isStream ? stream(`data: ${body}\n\n`) : heard(body))).toBeUndefined();
      }),
    );
  });
});
