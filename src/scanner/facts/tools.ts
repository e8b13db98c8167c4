/** What one server offers to models. */
export interface ToolsFacts {
  /** Name of the server as the user knows it. */
  readonly server: string;
  readonly instructions: string | undefined;
  readonly tools: readonly ToolFacts[];
  readonly prompts: readonly { readonly name: string; readonly description: string }[];
  /** True where a bound was reached: what is beyond it was not seen. */
  readonly isCut: boolean;
}

export interface ToolFacts {
  readonly name: string;
  readonly title: string | undefined;
  readonly description: string;
  /** As sent; undefined where there is none. */
  readonly inputSchema: unknown;
  readonly annotations: {
    readonly readOnlyHint?: boolean;
    readonly destructiveHint?: boolean;
    readonly idempotentHint?: boolean;
    readonly openWorldHint?: boolean;
  };
}
