import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detailsIn } from './details-in.ts';

function inJson(message: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: -32603, message } });
}

describe('details in the body of an error', () => {
  it.each([
    [
      'Node',
      'TypeError: x is not a function\n    at handle (/app/dist/server.js:10:5)\n    at process.nextTick (node:internal:1:2)',
    ],
    ['Java', 'java.lang.NullPointerException\n\tat com.acme.Server.call(Server.java:42)'],
    ['.NET', 'System.Exception: no\n   at Acme.Server.Call() in C:\\src\\Server.cs:line 42'],
    ['Python', 'Traceback (most recent call last):\n  File "server.py", line 3, in call'],
    ['Go', 'panic: nil\n\ngoroutine 1 [running]:\nmain.main()'],
    ['Rust', "thread 'main' panicked at src/main.rs:4:5:\nboom"],
    ['PHP', 'Stack trace:\n#0 index.php(12): call()'],
    ['Ruby', "no\n\tfrom server.rb:3:in `call'"],
  ])('finds a stack trace of %s, in JSON and as it is', (_, trace) => {
    expect(detailsIn(inJson(trace))).toContain('stack');
    expect(detailsIn(trace)).toContain('stack');
  });

  it('finds the page of an error that Express shows during development', () => {
    const page =
      '<pre>SyntaxError: Expected property name<br> &nbsp; &nbsp;at JSON.parse (&lt;anonymous&gt;)<br> &nbsp; &nbsp;at parse (/srv/notes/node_modules/body-parser/lib/types/json.js:92:19)</pre>';
    expect(detailsIn(page)).toEqual(['stack', 'path']);
  });

  it.each([
    ["ENOENT: no such file or directory, open '/home/ada/notes/a.txt'", 'path'],
    ['Cannot read /etc/notes/server.yaml', 'path'],
    ['C:\\Users\\ada\\notes.txt is locked', 'path'],
    ['SQLITE_ERROR: no such column: x', 'database'],
    ['syntax error at or near "select"', 'database'],
    ['spawn failed, PATH=/usr/bin', 'environment'],
    ['Bad key AKIAIOSFODNN7EXAMPLQ and ghp_0123456789abcdefghijABCDEFGHIJ012345', 'secret'],
  ])('finds in "%s" a %s', (message, kind) => {
    expect(detailsIn(inJson(message))).toContain(kind);
  });

  it.each([
    'Unexpected token } in JSON at position 4',
    'Expected double-quoted property name at line 1 column 5',
    'No such tool: read_file. Look at tools/list.',
    'Use POST /mcp with application/json, see https://docs.example/app/errors.html',
    'Invalid path: /home is not allowed',
    'Meet at noon: 10:30',
    'The path parameter must be absolute, such as /var/data',
    'Session 5f0c1a9e-7b1d-4f43-9a52-6f2f5b7c8d90 is unknown',
    'from must be a date',
  ])('finds nothing in "%s"', (message) => {
    expect(detailsIn(inJson(message))).toEqual([]);
  });

  it('reads any text, however it repeats itself', () => {
    const piece = fc.constantFrom(
      ' ',
      '\t',
      'at ',
      ':',
      '(',
      '1',
      ')',
      '\n',
      '\\n',
      '/home/',
      'File "',
      '#0 ',
      "'",
      'from ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 2_000 }), (pieces) => {
        expect(detailsIn(pieces.join('').slice(0, 4_096)).length).toBeLessThanOrEqual(5);
      }),
      { numRuns: 50 },
    );
  });
});
