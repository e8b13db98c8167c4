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
