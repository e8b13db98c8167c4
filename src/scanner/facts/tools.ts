/** What one server offers to models. */
export interface ToolsFacts {
  /** Name of the server as the user knows it. */
  readonly server: string;
  readonly instructions: string | undefined;
  readonly tools: readonly ToolFacts[];
  readonly prompts: readonly { readonly name: string; readonly description: string }[];
  /** True where a bound was reached: what is beyond it was not seen. */
  readonly isCut: boolean;
  /** How the server was kept in while it was started for the scan; undefined where the scan started nothing. */
  readonly confinement?: Confinement;
}

/** What kept a started server in: `bubblewrap` (read-only system, private home and /tmp), or nothing. */
export interface Confinement {
  readonly by: 'bubblewrap' | 'none';
  readonly network: boolean;
}

export interface ToolFacts {
  readonly name: string;
  readonly title: string | undefined;
  readonly description: string;
  /** As sent; undefined where there is none. */
  readonly inputSchema: unknown;
  /** As sent, where there is one. */
  readonly outputSchema?: unknown;
  readonly annotations: {
    readonly readOnlyHint?: boolean;
    readonly destructiveHint?: boolean;
    readonly idempotentHint?: boolean;
    readonly openWorldHint?: boolean;
  };
}

/** Stands for a schema that is there and was too large or too deep to be kept, which is not the same as none. */
export const UNKEPT_SCHEMA = { $comment: 'Too large or too deep to be kept by the scan.' } as const;

/** True for {@link UNKEPT_SCHEMA}, also where the facts were written down and read again. */
export function isUnkept(schema: object): boolean {
  return '$comment' in schema && schema.$comment === UNKEPT_SCHEMA.$comment && Object.keys(schema).length === 1;
}
