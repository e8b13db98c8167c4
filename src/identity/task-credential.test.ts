import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { codeOf } from '../../test/error-of.ts';
import { newTaskId, openTaskSecrets, taskIdOf } from './task-credential.ts';

let folder: string;
let pepperPath: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'merlon-task-credential-'));
  pepperPath = join(folder, 'pepper');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a credential names its task and is right for its own hash alone', () => {
  const secrets = openTaskSecrets(pepperPath, randomBytes);
  const id = newTaskId(randomBytes);
  const [one, other] = [secrets.issue(id), secrets.issue(id)];
  expect(one.text).toMatch(/^mlt_[a-z2-7]{16}_[A-Za-z0-9_-]{43}_[a-z2-7]{7}$/);
  expect(taskIdOf(one.text)).toBe(id);
  expect(secrets.isRight(one.text, one.hash)).toBe(true);
  expect(secrets.isRight(one.text, other.hash)).toBe(false);
  expect(secrets.isRight(one.text, undefined)).toBe(false);
  expect(secrets.isRight(one.text, Buffer.alloc(0))).toBe(false);
  expect(openTaskSecrets(pepperPath, randomBytes).isRight(one.text, one.hash)).toBe(true);
});

test('a text that was changed at any place is none', () => {
  const { text } = openTaskSecrets(pepperPath, randomBytes).issue(newTaskId(randomBytes));
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] === 'a' ? 'b' : 'a';
    expect(taskIdOf(text.slice(0, at) + letter + text.slice(at + 1))).toBeUndefined();
  }
});

test('no other text is a credential', () => {
  const { text } = openTaskSecrets(pepperPath, randomBytes).issue(newTaskId(randomBytes));
  const guesses = fc.oneof(
    fc.string(),
    fc.string().map((rest) => `mlt_${rest}`),
    fc.string().map((rest) => text + rest),
  );
  fc.assert(
    fc.property(guesses, (guess) => {
      expect(taskIdOf(guess) !== undefined).toBe(guess === text);
    }),
  );
});

test.skipIf(process.platform === 'win32')('the pepper is for its owner alone, and one that is not is refused', () => {
  openTaskSecrets(pepperPath, randomBytes);
  expect(statSync(pepperPath).mode & 0o777).toBe(0o600);
  expect(readFileSync(pepperPath, 'utf8')).toMatch(/^[\w-]{43}\n$/);
  writeFileSync(pepperPath, 'short');
  expect(codeOf(() => openTaskSecrets(pepperPath, randomBytes))).toBe('KEYS_UNUSABLE');
  rmSync(pepperPath);
  writeFileSync(pepperPath, 'x'.repeat(43), { mode: 0o644 });
  expect(codeOf(() => openTaskSecrets(pepperPath, randomBytes))).toBe('KEYS_UNUSABLE');
});
