import { describe, expect, it } from 'vitest';
import { hostFilesOf, portsOf } from './host-files.ts';
import { readConfigFacts } from './read-config-facts.ts';

const of = (text: string) =>
  hostFilesOf(readConfigFacts(text, '/etc/merlon/merlon.yaml')).map(({ path, role }) => `${role} ${path}`);

describe('the files that a configuration names', () => {
  it('are those of Merlon’s defaults where it says nothing', () => {
    expect(of('server:\n  tls_key: server.key\n')).toEqual([
      'config /etc/merlon/merlon.yaml',
      'private-key /etc/merlon/server.key',
      'audit-log /etc/merlon/state/audit.log',
      'state /etc/merlon/state',
      'keys /etc/merlon/state/keys.json',
      'keys /etc/merlon/state/keys.json.pepper',
    ]);
  });

  it('are its own where it says so, secrets that it refers to among them', () => {
    const text = [
      'server: { state_dir: /var/lib/merlon, port: 443 }',
      'auth:',
      '  providers:',
      '    - { type: api_key, file: /srv/keys.json }',
      '    - { type: jwt, algorithm: HS256, secret: "${file:jwt.secret}" }',
      'security: { audit_log_path: /var/log/mcp/audit.log }',
      'logging: { path: /var/log/mcp/server.log }',
    ].join('\n');
    expect(of(text)).toEqual([
      'config /etc/merlon/merlon.yaml',
      'audit-log /var/log/mcp/audit.log',
      'server-log /var/log/mcp/server.log',
      'state /var/lib/merlon',
      'keys /srv/keys.json',
      'keys /srv/keys.json.pepper',
      'secret /etc/merlon/jwt.secret',
    ]);
    expect(portsOf(readConfigFacts(text, 'a.yaml'))).toEqual([443]);
  });

  it('are not guessed out of references and hostile values', () => {
    expect(of('server: { tls_key: "${env:KEY}", state_dir: 7, port: "x" }\nauth: { providers: [] }\n')).toEqual([
      'config /etc/merlon/merlon.yaml',
    ]);
    expect(portsOf(readConfigFacts('server: { port: 70000 }', 'a.yaml'))).toEqual([]);
  });
});
