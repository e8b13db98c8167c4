/** `npm start`: the whole gateway in front of real MCP servers, with nothing to set up. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openKeys } from '../../src/cli/authenticator.ts';
import { makeStateFolder } from '../../src/cli/make-state-folder.ts';
import { report } from '../../src/cli/report.ts';
import { scanSummary } from '../../src/cli/scan-summary.ts';
import { announce, untilStopped } from '../../src/cli/run-serve.ts';
import { serve } from '../../src/cli/serve.ts';
import { hostFilesOf, portsOf } from '../../src/scanner/collect/config/host-files.ts';
import { readConfigFacts } from '../../src/scanner/collect/config/read-config-facts.ts';
import { closeInheritedDescriptors } from '../../src/gateway/descriptors.ts';
import { ensureDevCertificate } from '../../src/identity/dev-ca.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { MerlonError } from '../../src/kernel/errors.ts';

const here = import.meta.dirname;
const config = process.argv[2] ?? join(here, 'merlon.yaml');
const state = join(here, 'state');
const roles = ['admin', 'user', 'guest'];
/** How long the key of the first scan is good for, ms, should nobody be left to revoke it. */
const SCAN_KEY_MS = 60_000;
const out = (text: string): void => void process.stdout.write(text);
const err = (text: string): void => void process.stderr.write(text);

/** Makes what the configuration needs and does not find: folders and a certificate. */
async function prepare(): Promise<void> {
  const files = join(state, 'files');
  try {
    makeStateFolder(files);
    const welcome = join(files, 'welcome.txt');
    if (!existsSync(welcome)) await writeFile(welcome, 'This folder is all that the filesystem server may see.\n');
  } catch (cause) {
    throw new MerlonError('STATE_NOT_WRITABLE', `The folder ${state} cannot be written.`, { cause });
  }
  await ensureDevCertificate(join(state, 'tls'), { hosts: [], clock: systemClock });
}

/** What the scanner says of this gateway, as its administrator and as a stranger. Its key lives as long as the scan. */
async function showScan(url: string): Promise<void> {
  const keys = openKeys(join(state, 'keys.json'), { clock: systemClock, onProblem: () => undefined });
  const key = keys.create({ role: 'admin', name: 'quickstart scan', expiresAt: systemClock.now() + SCAN_KEY_MS });
  try {
    const ca = await readFile(join(state, 'tls', 'ca.pem'), 'utf8');
    const credential = { kind: 'bearer' as const, token: key.text };
    const facts = readConfigFacts(await readFile(config, 'utf8'), config);
    const [first = '', ...rest] = await scanSummary([
      // In use from now on: a burst would leave its first callers without an answer.
      { kind: 'server', url, credential, verifyTls: true, ca, gentle: true },
      { kind: 'server-config', file: config },
      { kind: 'host', files: hostFilesOf(facts), ports: portsOf(facts) },
    ]);
    out(`\nScan          ${first}\n`);
    for (const line of rest) out(`              ${line}\n`);
    out(
      '              the whole report: MERLON_API_KEY=… npm run merlon -- scan -c examples/quickstart/merlon.yaml --live\n',
    );
  } catch {
    // The gateway serves all the same.
    out('\nScan          could not be done; merlon scan says why\n');
  } finally {
    keys.forget(key.key.id);
  }
}

/** Makes one API key per role on the first start that succeeds; a start that fails would lose what it could not show. */
function makeKeys(): ReadonlyMap<string, string> {
  const path = join(state, 'keys.json');
  if (existsSync(path)) return new Map();
  const keys = openKeys(path, { clock: systemClock, onProblem: () => undefined });
  return new Map(roles.map((role) => [role, keys.create({ role, name: `quickstart ${role}` }).text]));
}

function showKeys(keys: ReadonlyMap<string, string>): void {
  if (keys.size === 0) {
    out(`API keys      made on the first start and shown then; another one:\n`);
    out(`              npm run merlon -- key create --role admin -c examples/quickstart/merlon.yaml\n`);
    return;
  }
  out('API keys      shown this once; only keyed hashes are stored\n');
  for (const [role, text] of keys) out(`              ${role.padEnd(6)} ${text}\n`);
}

function showClients(url: string, key: string): void {
  const ca = join(state, 'tls', 'ca.pem');
  const headers = { Authorization: `Bearer ${key}` };
  const entry = JSON.stringify({ name: 'merlon', type: 'http', url: `${url}/mcp`, headers });
  const cursor = JSON.stringify({ mcpServers: { merlon: { url: `${url}/mcp`, headers } } });
  out(`\nConnect (the development certificate has to be trusted first: export NODE_EXTRA_CA_CERTS=${ca})\n`);
  out(`Claude Code   claude mcp add --transport http merlon ${url}/mcp --header "Authorization: Bearer ${key}"\n`);
  out(`VS Code       code --add-mcp '${entry}'\n`);
  out(`Cursor        in ~/.cursor/mcp.json: ${cursor}\n`);
  out(
    `Inspector     npx @modelcontextprotocol/inspector --cli ${url}/mcp --transport http --header "Authorization: Bearer ${key}" --method tools/list\n`,
  );
}

/** Callers without a task have their whole role; this is how to have less. */
function showTask(key: string): void {
  const asked = '--type note --request "Write a haiku into haiku.txt"';
  out('\nTask          a key that reads files, and writes only what was asked for (docs/quickstart.md#a-task):\n');
  out(
    `              MERLON_API_KEY=${key} npm run -s merlon -- task open ${asked} -c examples/quickstart/merlon.yaml\n`,
  );
}

closeInheritedDescriptors();
try {
  // Whatever the servers write into the state folder is for this user alone.
  process.umask(0o077);
  await prepare();
  const running = await serve(config, { env: process.env, allowUnsafeBind: false, stderr: err });
  const stopped = untilStopped(running, err);
  const keys = makeKeys();
  announce(running, out);
  showKeys(keys);
  const key = keys.get('user') ?? 'YOUR_KEY';
  showClients(running.url, key);
  showTask(key);
  await Promise.race([showScan(running.url), stopped]);
  out('\nCtrl-C stops the gateway and every server that it started.\n');
  await stopped;
} catch (error) {
  process.exitCode = report(error, err);
}
