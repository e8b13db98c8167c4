import type { ClientFacts } from '../../facts/client.ts';
import type { ConfigFacts } from '../../facts/config.ts';
import { blind, type Look, saw } from '../../look.ts';
import type { Collect } from '../../target.ts';
import { readConfigFacts } from './read-config-facts.ts';
import { readSystemFile } from '../read-system-file.ts';

/** Largest configuration file that is read, bytes: people write them. */
const MAX_BYTES = 2 * 1024 * 1024;

/** Reads the servers that a configuration starts or reaches, as checks of client files judge them. */
export type ReadEntries = (text: string, file: string) => ClientFacts;

/**
 * Makes the collector of server configurations. Nothing that a configuration refers to is opened. With `readEntries` the
 * upstreams of a configuration of Merlon's are a `client` part besides.
 */
export function serverConfigCollector(readEntries?: ReadEntries): Collect<'server-config'> {
  return async ({ file }, { step }) => {
    step(file, 'read the configuration');
    const text = await readSystemFile(file, MAX_BYTES);
    const config = 'saw' in text ? understood(readConfigFacts(text.saw, file)) : missing(text);
    const entries = 'saw' in text && 'saw' in config && config.saw.isMerlon ? readEntries?.(text.saw, file) : undefined;
    const parts = entries === undefined ? { config } : { config, client: saw(behindIt(entries)) };
    return [{ id: `server-config:${file}`, kind: 'server-config', name: file, parts }];
  };
}

/** The servers of a gateway's own configuration are behind it. */
function behindIt(facts: ClientFacts): ClientFacts {
  return { ...facts, servers: facts.servers.map((server) => ({ ...server, behindMerlon: true })) };
}

/** A file that gave no setting at all and a reason why was not seen: no check may judge its silence. */
function understood(facts: ConfigFacts): Look<ConfigFacts> {
  const [problem] = facts.problems;
  const saidNothing = Object.values(facts.settings).every(({ isDefault }) => isDefault === true);
  if (!saidNothing || problem === undefined) return saw(facts);
  const at = problem.where.line === undefined ? facts.file : `${facts.file}:${problem.where.line}`;
  return blind('unreadable', `${at} cannot be read: ${problem.message}`, `无法读取 ${at}:${problem.message}`);
}

// A file that was named and is not there is no answer about any server.
function missing(text: Extract<Look<string>, { blind: string }>): Look<ConfigFacts> {
  return text.blind === 'not-offered' ? { ...text, blind: 'unreadable' } : text;
}
