/** A value as Cedar's JSON form has it; `__extn` makes one of Cedar's own types. */
export type CedarValue = string | number | boolean | CedarValue[] | { [key: string]: CedarValue };

/** What of `@cedar-policy/cedar-wasm` is used; the module itself fits. */
export interface Cedar {
  checkParsePolicySet(policies: { staticPolicies: string }): ParseAnswer;
  policySetTextToParts(text: string): ParseAnswer & { policies?: string[]; policy_templates?: string[] };
  policyToJson(policy: string): ParseAnswer & { json?: unknown };
  validate(call: { schema: string; policies: { staticPolicies: Record<string, string> } }): ValidationAnswer;
  preparsePolicySet(id: string, policies: { staticPolicies: Record<string, string> }): ParseAnswer;
  statefulIsAuthorized(call: CedarCall): CedarAnswer;
}

/** Success, or what is wrong. */
export interface ParseAnswer {
  readonly type: 'success' | 'failure';
  readonly errors?: readonly CedarError[];
}

/** What validation against a schema came to. */
export interface ValidationAnswer extends ParseAnswer {
  readonly validationErrors?: readonly { readonly policyId: string; readonly error: CedarError }[];
}

/** An error of Cedar's. Places count bytes of UTF-8 from the beginning of the text. */
export interface CedarError {
  readonly message: string;
  readonly sourceLocations?: readonly { readonly start: number }[];
}

/** An entity by its type and id. */
export interface CedarEntity {
  readonly type: string;
  readonly id: string;
}

/** One question to Cedar. */
export interface CedarCall {
  principal: CedarEntity;
  action: CedarEntity;
  resource: CedarEntity;
  context: Record<string, CedarValue>;
  preparsedPolicySetId: string;
  entities: { uid: CedarEntity; attrs: Record<string, CedarValue>; parents: CedarEntity[] }[];
}

/** Cedar's answer. */
export interface CedarAnswer {
  readonly type: 'success' | 'failure';
  readonly response?: {
    readonly decision: string;
    readonly diagnostics: {
      readonly reason: readonly string[];
      readonly errors: readonly { readonly policyId: string }[];
    };
  };
}
