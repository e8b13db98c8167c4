import { expect, it } from 'vitest';
import { defineRole } from './decide.ts';
import { reaches } from './reach.ts';

it.each([
  ['*:*', true],
  ['execute:tool', true],
  ['execute:tool/files', true],
  ['read:resource/files/test://a', true],
  ['execute:method/*/tasks/get', true],
  ['read:*', true],
  ['execute:tool/files-x', false],
  ['execute:tool/mem/files', false],
  ['read:info', false],
  ['read:tools', false],
])('%s reaches the upstream "files": %s', (permission, expected) => {
  expect(reaches(defineRole('r', [permission]), 'files')).toBe(expected);
});

it('reaches nothing without a permission', () => {
  expect(reaches(defineRole('r', []), 'files')).toBe(false);
});
