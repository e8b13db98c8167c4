import type { ServerEntryFacts } from './client.ts';
import type { ToolsFacts } from './tools.ts';

/** All that was scanned, seen together. */
export interface DeploymentFacts {
  /** Every set of tools, with the target that it comes from. */
  readonly tools: readonly { readonly target: string; readonly tools: ToolsFacts }[];
  /** Every server entry of every client, with the file that it stands in. */
  readonly entries: readonly {
    readonly target: string;
    readonly client: string | undefined;
    readonly entry: ServerEntryFacts;
  }[];
}
