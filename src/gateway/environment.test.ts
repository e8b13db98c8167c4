import { expect, test } from 'vitest';
import { childEnvironment, DEFAULT_PATH } from './environment.ts';

const own = {
  PATH: '/bin',
  HOME: '/home/gate',
  AWS_SECRET_ACCESS_KEY: 'planted',
  NODE_OPTIONS: '--require=./evil.js',
  LD_PRELOAD: '/evil.so',
  BASH_ENV: '/evil.sh',
  PROXY: 'p',
};

test('a secret of the gateway does not reach a child', () => {
  expect(childEnvironment(own, {})).toEqual({ PATH: '/bin', HOME: '/home/gate' });
});

test('configured variables are added and win', () => {
  expect(childEnvironment(own, { TOKEN: 't', HOME: '/srv' })).toEqual({ PATH: '/bin', HOME: '/srv', TOKEN: 't' });
});

test('a name is passed through only when it is listed and set', () => {
  expect(childEnvironment(own, {}, ['PROXY', 'UNSET'])).toEqual({ PATH: '/bin', HOME: '/home/gate', PROXY: 'p' });
});

test('a gateway without PATH gives a default one', () => {
  expect(childEnvironment({}, {})).toEqual({ PATH: DEFAULT_PATH });
});
