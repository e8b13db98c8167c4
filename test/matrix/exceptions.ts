import type { MatrixClient } from './clients.ts';
import type { Column } from './columns.ts';

/** A pair of client and upstream that cannot work, and why. */
export interface Exception {
  /** The cause, for the table. */
  readonly cause: string;
  /** What the client says; `undefined`: it has no way to try. */
  readonly says?: RegExp;
}

/** Why a client cannot reach an upstream that nothing stands in front of. */
export function directly(client: MatrixClient, column: Column): Exception | undefined {
  if (client.remoteOnly === true && column.transport === 'stdio') return { cause: 'it cannot start a server' };
  if (client.era === 'modern' && column.era === 'legacy') {
    return { cause: 'it speaks 2026-07-28 alone, and the server does not', says: /did not offer pinned protocol version/ };
  }
  return undefined;
}

/** Why a client cannot reach an upstream through the gateway. */
export function throughTheGateway(client: MatrixClient, _column: Column): Exception | undefined {
  if (client.era === 'modern') return { cause: 'the gateway does not speak 2026-07-28', says: /needs a session/ };
  if (client.name === 'AI SDK') {
    return { cause: 'the gateway does not speak 2026-07-28', says: /rejected protocol version 2026-07-28/ };
  }
  return undefined;
}
