import type { MatrixClient } from './clients.ts';
import type { Column } from './columns.ts';

/** Why a client cannot use an upstream. */
export interface Exception {
  /** For the table of docs/compatibility.md. */
  readonly cause: string;
  /** What the client says when it tries. */
  readonly says: RegExp;
}

/** Why a client cannot use an upstream with nothing in front of it; `says` is null where the test does not let it try. */
export function directly(
  client: MatrixClient,
  column: Column,
): (Omit<Exception, 'says'> & { readonly says: RegExp | null }) | undefined {
  if (client.remoteOnly === true && column.transport === 'stdio') {
    return { cause: 'The client starts no servers; it reaches those that run.', says: null };
  }
  if (client.era === 'modern' && column.era === 'legacy') {
    const cause = 'The client speaks 2026-07-28 and nothing older, the server nothing newer.';
    // Those that are not looked at closely have the refusal from the same library.
    return { cause, says: client.closely === true ? /did not offer pinned protocol version/ : null };
  }
  return undefined;
}

/** Why a client cannot use an upstream through the gateway. There is no such pair; one that appears goes here. */
export function throughTheGateway(_client: MatrixClient, _column: Column): Exception | undefined {
  return undefined;
}
