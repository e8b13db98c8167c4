import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { merlonCommand } from './merlon-command.ts';

let folder = '';
const inFolder = (path: string): string => join(folder, path);

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'merlon-command-')));
  for (const each of ['bin', 'other', 'x/node_modules/.bin']) mkdirSync(inFolder(each), { recursive: true });
  for (const file of ['main.js', 'other/merlon']) {
    writeFileSync(inFolder(file), '');
    chmodSync(inFolder(file), 0o755);
  }
  for (const link of ['bin/merlon', 'x/node_modules/.bin/merlon']) symlinkSync(inFolder('main.js'), inFolder(link));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('how a client starts Merlon', () => {
  const start = (path: string, platform = 'linux') =>
    merlonCommand({ node: '/opt/node', file: inFolder('main.js') }, path, platform).command;

  it('is its name where the search path leads to this installation', () => {
    expect(start(`/nowhere:${inFolder('bin')}`)).toBe('merlon');
  });

  it.each([
    ['there is none', '/nowhere'],
    ['another one is there', 'other'],
    ['it is on the path of npm scripts alone', 'x/node_modules/.bin'],
  ])('is the path of Node and of the program where %s', (_what, path) => {
    expect(start(path.startsWith('/') ? path : inFolder(path))).toBe('/opt/node');
  });

  it('is never by a relative folder, and never by name on Windows', () => {
    expect(start('.:bin:')).toBe('/opt/node');
    expect(start(inFolder('bin'), 'win32')).toBe('/opt/node');
  });
});
