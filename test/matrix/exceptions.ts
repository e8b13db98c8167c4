import type { MatrixClient } from './clients.ts';
import type { Column } from './columns.ts';

/** Why a client cannot use an upstream. */
export interface Exception {
  /** For the table of docs/compatibility.md. */
  readonly cause: string;
  /** What the client says when it tries; null: it has no way to try. */
  readonly says: RegExp | null;
}

/** Why a client cannot use an upstream with nothing in front of it. */
export function directly(client: MatrixClient, column: Column): Exception | undefined {
  if (client.remoteOnly === true && column.transport === 'stdio') {
    return { cause: 'The client starts no servers, it reaches those that run.', says: null };
  }
  if (client.era === 'modern' && column.era === 'legacy') {
    return {
      cause: 'The client speaks 2026-07-28 alone, and the server does not speak it.',
      says: /did not offer pinned protocol version/,
    };
  }
  return undefined;
}

/** Why a client cannot use an upstream through the gateway: there is no such pair. */
export function throughTheGateway(_client: MatrixClient, _column: Column): Exception | undefined {
  return undefined;
}
