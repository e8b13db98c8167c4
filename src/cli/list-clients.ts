import { resolve } from 'node:path';
import { clients } from '../clients/catalog.ts';
import type { Client, ClientFile } from '../clients/client.ts';
import { type Own, throughMerlon } from '../clients/goes-through.ts';
import { pathsOf, type Surroundings } from '../clients/locate.ts';
import { type Finding, readServers, type ServerEntry } from '../clients/read.ts';
import { readClientFile } from './client-file.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { ConnectIo } from './connect-options.ts';
import { showable } from '../detect/showable.ts';

interface FoundClient {
  readonly client: Client;
  readonly files: readonly FoundServers[];
}

interface FoundServers {
  readonly path: string;
  readonly scope: ClientFile['scope'];
  readonly entries: readonly ServerEntry[];
  /** Why the file, or a part of it, could not be understood. */
  readonly findings: readonly (Pick<Finding, 'message'> & Partial<Finding>)[];
}

/** `merlon connect` without a client: which clients have files on this machine, and what goes through Merlon. */
export function listClients(io: ConnectIo, asJson: boolean): void {
  const own: Own = { program: io.program.file };
  const found = clients
    .map((client) => ({ client, files: filesOf(client, io) }))
    .filter(({ files }) => files.length > 0);
  if (asJson) io.print(JSON.stringify({ clients: found.map((each) => asData(each, own)) }));
  else for (const line of asLines(found, own)) io.print(line);
}

function filesOf({ files }: Client, io: ConnectIo): FoundServers[] {
  const surroundings: Surroundings = { ...io, project: io.cwd };
  const seen = new Set<string>();
  return files.flatMap((file) =>
    pathsOf(file, surroundings).flatMap((named) => {
      const path = resolve(io.cwd, named);
      if (seen.has(path)) return [];
      seen.add(path);
      return read(path, file);
    }),
  );
}

function read(path: string, file: ClientFile): FoundServers[] {
  const { scope } = file;
  try {
    const { text } = readClientFile(path);
    return text === undefined ? [] : [{ path, scope, ...readServers(text, file) }];
  } catch (error) {
    if (!(error instanceof MerlonError)) throw error;
    return [{ path, scope, entries: [], findings: [{ message: error.message }] }];
  }
}

function asData({ client, files }: FoundClient, own: Own): unknown {
  return {
    id: client.id,
    title: client.title,
    files: files.map(({ path, scope, entries, findings }) => ({
      path,
      scope,
      servers: entries.map((entry) => ({
        name: entry.name,
        transport: entry.transport ?? null,
        disabled: entry.disabled,
        through: throughMerlon(entry, own) ?? null,
        line: entry.line,
        column: entry.column,
      })),
      findings,
    })),
  };
}

function* asLines(found: readonly FoundClient[], own: Own): Generator<string> {
  if (found.length === 0) yield `No file of a client was found. Clients: ${clients.map(({ id }) => id).join(', ')}.`;
  for (const { client, files } of found) {
    yield `${client.title} (${client.id})`;
    for (const { path, entries, findings } of files) {
      yield `  ${showable(path)}`;
      for (const entry of entries) yield `    ${serverLine(entry, own)}`;
      for (const { line, column, message } of findings) {
        yield `    ${line === undefined ? '' : `${line}:${column} `}${showable(message)}`;
      }
      if (entries.length === 0 && findings.length === 0) yield '    no servers';
    }
  }
}

function serverLine(entry: ServerEntry, own: Own): string {
  const through = throughMerlon(entry, own);
  const way = through === undefined ? 'direct' : `through Merlon (${through})`;
  const name = showable(entry.name).slice(0, 60);
  return `${name.padEnd(24)} ${(entry.transport ?? '?').padEnd(6)} ${way}${entry.disabled ? ', switched off' : ''}`;
}
