import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../test/error-of.ts';
import { MerlonError } from './errors.ts';
import { failure, isRequest, isResponse, parseJson, toMessage } from './jsonrpc.ts';

describe('parsing a message', () => {
  it('answers arbitrary text with a message or a MerlonError, never with another failure', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const code = codeOf(() => toMessage(parseJson(text)));
        expect(['none', 'RPC_PARSE', 'RPC_INVALID', 'RPC_TOO_DEEP']).toContain(code);
      }),
    );
  });

  it('keeps every number exactly as it was sent', () => {
    for (const number of [
      '12345678901234567890',
      '1e400',
      '0.1234567890123456789',
      '1E5',
      '-7',
      '1.5',
      '9007199254740993',
    ]) {
      expect(JSON.stringify(parseJson(`{"n":${number}}`))).toBe(`{"n":${number}}`);
    }
  });

  it('forwards the reading it judged when a key stands twice', () => {
    const call = toMessage(parseJson('{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}'));
    expect(JSON.stringify(call)).toBe('{"jsonrpc":"2.0","id":1,"method":"tools/call"}');
  });

  it('refuses batches, foreign shapes and odd ids', () => {
    for (const bad of [
      '[]',
      '[{"jsonrpc":"2.0","id":1,"method":"ping"}]',
      '1',
      '{"jsonrpc":"1.0","id":1,"method":"ping"}',
      '{"jsonrpc":"2.0","id":null,"method":"ping"}',
      '{"jsonrpc":"2.0","id":1.5,"method":"ping"}',
      '{"jsonrpc":"2.0","id":12345678901234567890,"method":"ping"}',
      '{"jsonrpc":"2.0","id":1,"method":""}',
      '{"jsonrpc":"2.0","id":1,"method":"x","params":[1]}',
      '{"jsonrpc":"2.0","id":1,"method":"x","result":{}}',
      '{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":"x"}}',
      '{"jsonrpc":"2.0","id":1}',
    ]) {
      expect(
        codeOf(() => toMessage(parseJson(bad))),
        bad,
      ).toBe('RPC_INVALID');
    }
  });

  it('refuses nesting that would exhaust the stack', () => {
    const deep = `{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":${'['.repeat(5000)}${']'.repeat(5000)}}}`;
    expect(codeOf(() => toMessage(parseJson(deep)))).toBe('RPC_TOO_DEEP');
  });

  it('tells requests, notifications and responses apart', () => {
    expect(isRequest(toMessage({ jsonrpc: '2.0', id: 'a', method: 'ping' }))).toBe(true);
    const notification = toMessage({ jsonrpc: '2.0', method: 'notifications/x' });
    expect([isRequest(notification), isResponse(notification)]).toEqual([false, false]);
    expect(isResponse(toMessage({ jsonrpc: '2.0', id: 1, result: {} }))).toBe(true);
    expect(isResponse(toMessage({ jsonrpc: '2.0', error: { code: -32700, message: 'x' } }))).toBe(true);
  });

  it('says a failure with its stable code and what to do', () => {
    const answer = failure(3, new MerlonError('RATE_LIMITED', 'Too many requests.', { data: { retryAfterMs: 5 } }));
    expect(answer).toMatchObject({ id: 3, error: { code: -31429, data: { code: 'RATE_LIMITED', retryAfterMs: 5 } } });
  });
});
