/**
 * What a secret looks like. Text is attacker-controlled, so every pattern runs in linear time: it starts with fixed
 * text, no quantifier stands inside another unbounded one, and what follows a run is outside the run's character class.
 */
export interface SecretShape {
  /** Shown in place of the secret: `[masked:KIND]`. */
  readonly kind: string;
  /** Global. What its first group matches stays visible. */
  readonly pattern: RegExp;
  /** Regular expressions, one of which is in every text that the pattern matches; see {@link hintPattern}. */
  readonly hints: readonly Hint[];
}

/** `end`: the last character of what `source` matches, where it is rare enough to look for first. */
interface Hint {
  readonly source: string;
  readonly end?: string;
}

function endingIn(end: string, ...sources: string[]): Hint[] {
  return sources.map((source) => ({ source, end }));
}

// `password=`, `"api_key": "`, `\"secret\":\"` (JSON within a string); the first letter is left out for its case.
const ASSIGNED =
  '(?:assword|asswd|assphrase|ecret|oken|redentials?|pi[_-]?[Kk]ey|(?:ccess|rivate)_?[Kk]ey|' +
  'ASSWORD|ASSWD|ASSPHRASE|ECRET|OKEN|REDENTIALS?|PI_?KEY|(?:CCESS|RIVATE)_?KEY)(?:\\\\?["\'])?\\s{0,2}';

/** Secret shapes in the order in which they are replaced; the ones that keep a part visible come last. */
export const secretShapes: readonly SecretShape[] = [
  {
    kind: 'merlon-key',
    // Random text has a capital or a digit early; a metric's name such as merlon_upstream_requests_total has none.
    pattern: /(?:merlon|mlt)_(?=[a-z_-]{0,64}[A-Z0-9])[A-Za-z0-9_-]{16,}/g,
    hints: endingIn('_', 'merlon_', 'mlt_'),
  },
  {
    kind: 'private-key',
    // With its end line, or, when that is cut off, as far as base64 goes. The bound keeps the matcher's stack small.
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?:[^"-]|-(?!----)){0,20000}-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|(?:[A-Za-z0-9+/=\s]|\\[nr]){32,20000})/g,
    hints: endingIn('I', '-----BEGI'),
  },
  {
    kind: 'jwt',
    // The second form finds one glued to text before it; its header, which is no secret, then stays.
    pattern:
      /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_.-]*|\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_.-]*/g,
    hints: endingIn('J', 'eyJ'),
  },
  { kind: 'aws-key', pattern: /(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16,}/g, hints: endingIn('A', '(?:AKI|ASI|ABI|ACC)A') },
  {
    kind: 'github-token',
    pattern: /gh[oprsu]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,}/g,
    hints: endingIn('_', 'gh[oprsu]_', 'github_pat_'),
  },
  {
    kind: 'gitlab-token',
    pattern: /gl(?:pat|dt|rt|cbt|ptt|ft|agent|oas|soat|imt|ffct)-[A-Za-z0-9_.-]{20,}/g,
    hints: endingIn('-', 'gl[a-z]{2,5}-'),
  },
  {
    kind: 'slack-token',
    pattern:
      /xox[abceoprs]-[A-Za-z0-9-]{10,}|xapp-[0-9]-[A-Za-z0-9-]{10,}|hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9/_-]{20,}/g,
    hints: [...endingIn('-', 'xox[abceoprs]-', 'xapp-'), ...endingIn('.', 'hooks\\.slack\\.')],
  },
  {
    kind: 'stripe-key',
    pattern: /[rs]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/]{20,}/g,
    hints: endingIn('_', '[rs]k_(?:live|test)_', 'whsec_'),
  },
  { kind: 'anthropic-key', pattern: /sk-ant-[A-Za-z0-9_-]{16,}/g, hints: endingIn('-', 'sk-ant-') },
  {
    kind: 'openai-key',
    // Words end in "sk-" too (task-, risk-): what follows must look random.
    pattern: /sk-(?:(?:proj|svcacct|admin|None)-(?=[A-Za-z_-]{0,64}[0-9])[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{32,})/g,
    hints: endingIn('-', 'sk-(?:proj|svcacct|admin|None)-', 'sk-(?=[A-Za-z0-9]{32})'),
  },
  { kind: 'npm-token', pattern: /npm_[A-Za-z0-9]{36,}/g, hints: endingIn('_', 'npm_') },
  {
    kind: 'google-key',
    pattern: /AIza[A-Za-z0-9_-]{35,}|GOCSPX-[A-Za-z0-9_-]{20,}|ya29\.[A-Za-z0-9_-]{20,}/g,
    hints: [...endingIn('z', 'AIz'), ...endingIn('-', 'GOCSPX-'), ...endingIn('.', 'ya29\\.')],
  },
  {
    kind: 'bearer',
    pattern:
      /([Bb](?:earer|EARER) {1,4})(?:(?=[A-Za-z._~+/-]{0,40}[0-9])[A-Za-z0-9._~+/-]{8,}|[A-Za-z0-9_+~]{24,})={0,2}/g,
    hints: [{ source: 'earer ' }, { source: 'EARER ' }],
  },
  {
    kind: 'basic-auth',
    pattern: /(Basic {1,4})(?=[A-Za-z+/]{0,40}(?:[0-9+/=]|[a-z][A-Z]))[A-Za-z0-9+/]{12,}={0,2}/g,
    hints: [{ source: 'Basic ' }],
  },
  {
    kind: 'url-password',
    pattern: /(:\/\/[^\s/:@"'<>\\]*:)[^\s/"'<>\\]+(?=@)/g,
    hints: [{ source: ':\\/\\/[^\\s/@]*@' }],
  },
  {
    kind: 'assignment',
    pattern: new RegExp(`(${ASSIGNED}(?:=\\s{0,2}|:\\s{0,2}(?=\\\\?["']))(?:\\\\?["'])?)[^\\s"'\\\\&,;]{6,}`, 'g'),
    hints: [...endingIn('=', `${ASSIGNED}=`), ...endingIn(':', `${ASSIGNED}:`)],
  },
];

/**
 * One pattern that matches every text in which some shape could be: about 1 ns a character instead of 5 for all shapes.
 * It looks for the hints' rare last characters first and only there looks back.
 */
export function hintPattern(shapes: readonly SecretShape[]): RegExp {
  const hints = shapes.flatMap((shape) => shape.hints);
  const byEnd = Map.groupBy(hints, (hint) => hint.end ?? '');
  const parts = [...byEnd].map(([end, group]) => {
    const sources = group.map((hint) => hint.source).join('|');
    return end === '' ? sources : `[${end}](?<=${sources})`;
  });
  return new RegExp(parts.join('|'));
}
