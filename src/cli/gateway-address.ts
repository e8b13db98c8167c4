import { resolve } from 'node:path';
import { isLoopbackHost } from '../kernel/loopback.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { Config } from '../config/load.ts';

/** Where the gateway's own configuration is looked for. */
export interface AddressOptions {
  /** The address as given on the command line. */
  readonly url?: string;
  /** The gateway's configuration file. */
  readonly config: string;
  /** The environment that the configuration refers to. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The address of `/mcp`, or of one upstream below it. @throws MerlonError USAGE, CONFIG_UNSAFE, or what the configuration has wrong */
export async function gatewayAddress(upstream: string | undefined, options: AddressOptions): Promise<string> {
  const { url } = options;
  const mcp = url === undefined ? await fromConfig(upstream, options) : checked(url);
  return upstream === undefined ? mcp : `${mcp}/${upstream}`;
}

async function fromConfig(upstream: string | undefined, { config: file, env }: AddressOptions): Promise<string> {
  const config = await readConfig(file, env);
  if (upstream !== undefined) checkUpstream(upstream, file, config);
  const { host, port, secure, public_url: publicUrl } = config.server;
  if (publicUrl !== undefined) return checked(publicUrl);
  if (port === 0 || host === '0.0.0.0' || host === '::') {
    throw new MerlonError('USAGE', `${file} does not say under which address clients reach the gateway.`, {
      todo: 'Name it with --url, or set server.public_url.',
    });
  }
  const name = host.includes(':') ? `[${host}]` : host;
  return checked(`${secure ? 'https' : 'http'}://${name}:${port}`);
}

/** Reads the gateway's configuration. @throws ConfigErrors; where there is no file, an error that names both ways out */
export async function readConfig(file: string, env: AddressOptions['env']): Promise<Config> {
  // Imported here: zod and yaml would slow down every other command.
  const { loadConfig } = await import('../config/load.ts');
  try {
    return (await loadConfig(file, { env, allowUnsafeBind: true })).config;
  } catch (error) {
    if (!(error instanceof MerlonError) || error.code !== 'CONFIG_NOT_FOUND') throw error;
    throw new MerlonError('CONFIG_NOT_FOUND', `There is no gateway configuration ${resolve(file)}.`, {
      todo: 'Name it with --config FILE, or the address of the gateway with --url.',
    });
  }
}

/** @throws MerlonError USAGE when the configuration has no such upstream */
export function checkUpstream(name: string, file: string, { mcpServers }: Config): void {
  if (Object.hasOwn(mcpServers, name)) return;
  const names = Object.keys(mcpServers);
  throw new MerlonError('USAGE', `${file} has no server ${JSON.stringify(name)}.`, {
    todo: names.length === 0 ? 'It has none at all.' : `It has ${names.join(', ')}.`,
  });
}

function checked(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || /[@?#\s]/.test(text)) {
    throw new MerlonError('USAGE', 'The address must be http:// or https://, without user name, query and fragment.');
  }
  // The API key would cross the network for everybody to read.
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    throw new MerlonError('CONFIG_UNSAFE', 'The API key would travel unencrypted to another machine.', {
      todo: 'Use the https address of the gateway.',
    });
  }
  const path = url.pathname.replace(/\/+$/, '');
  return url.origin + (path.endsWith('/mcp') ? path : `${path}/mcp`);
}
