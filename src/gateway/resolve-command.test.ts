import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MerlonError } from '../kernel/errors.ts';
import { resolveCommand } from './resolve-command.ts';

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'merlon-resolve-'));
  mkdirSync(join(root, 'a'));
  mkdirSync(join(root, 'b'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(name: string, mode = 0o755): string {
  const file = join(root, name);
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, mode);
  return file;
}

function ask(command: string, path = `${root}/a:${root}/b`, cwd = root): string {
  try {
    return resolveCommand({ upstream: 'files', command, path, cwd });
  } catch (error) {
    if (error instanceof MerlonError) return error.code;
    throw error;
  }
}

test('the first program on PATH is found, as an absolute path', () => {
  put('b/tool');
  expect(ask('tool')).toBe(join(root, 'b/tool'));
  put('a/tool');
  expect(ask('tool')).toBe(join(root, 'a/tool'));
});

test('a link is kept as it is, because programs look at the name they were called by', () => {
  symlinkSync(put('a/real'), join(root, 'b/alias'));
  expect(ask('alias')).toBe(join(root, 'b/alias'));
});

test('a command with a slash is taken from the working folder, never from PATH', () => {
  put('a/tool');
  expect(ask('./a/tool')).toBe(join(root, 'a/tool'));
  expect(ask('./tool')).toBe('UPSTREAM_NOT_FOUND');
});

test('a missing command, a folder, an empty name and a missing working folder are UPSTREAM_NOT_FOUND', () => {
  mkdirSync(join(root, 'a/folder'));
  expect(ask('mcp-server-x')).toBe('UPSTREAM_NOT_FOUND');
  expect(ask('folder')).toBe('UPSTREAM_NOT_FOUND');
  expect(ask('')).toBe('UPSTREAM_NOT_FOUND');
  put('a/tool');
  expect(ask('tool', `${root}/a`, join(root, 'nowhere'))).toBe('UPSTREAM_NOT_FOUND');
});

test('a file that is not executable is skipped for one that is, and named when there is none', () => {
  put('a/tool', 0o644);
  expect(ask('tool')).toBe('UPSTREAM_NOT_FOUND');
  put('b/tool');
  expect(ask('tool')).toBe(join(root, 'b/tool'));
});

test('a program planted in the working folder is not run through a relative or empty PATH entry', () => {
  put('tool');
  expect(ask('tool', `:.:${root}/a:`)).toBe('UPSTREAM_NOT_FOUND');
});
