import type { Reference, Scheme } from './control.ts';

/**
 * What other schemes call what they ask for, in their own words. Taken from: OWASP MCP Top 10 (2025); OWASP AISVS 1.0,
 * chapter C10; CoSAI, Model Context Protocol Security 2.0; NSA CSI U/OO/6030316-26 of May 2026, whose nine recommendations
 * have no numbers, so R1 to R9 is their order; CSA, MCP Server Top 10 Security Risks; SAFE-MCP.
 * The MCP specification does not number its statements either: the ids are Merlon's, the words are the specification's of
 * 2026-07-28 (LEG-: 2025-11-25; GUIDE-: the part of the Security Best Practices that is not normative).
 */
const titles = {
  'OWASP-MCP': {
    MCP01: 'Token Mismanagement & Secret Exposure',
    MCP02: 'Privilege Escalation via Scope Creep',
    MCP03: 'Tool Poisoning',
    MCP04: 'Software Supply Chain Attacks & Dependency Tampering',
    MCP05: 'Command Injection & Execution',
    MCP06: 'Intent Flow Subversion',
    MCP07: 'Insufficient Authentication & Authorization',
    MCP08: 'Lack of Audit and Telemetry',
    MCP09: 'Shadow MCP Servers',
    MCP10: 'Context Injection & Over-Sharing',
  },
  'OWASP-AISVS': {
    'C10.1.1': 'MCP components are obtained only from trusted sources and cryptographically verified',
    'C10.1.2': 'only allow-listed MCP servers are permitted',
    'C10.2.1': 'MCP servers validate access tokens for each request and do not rely on transport security alone',
    'C10.2.2':
      "MCP servers validate the presented access token's issuer, audience, expiration, and scope claims in accordance with OAuth 2.1",
    'C10.2.3':
      'MCP servers acting as OAuth 2.1 resource servers do not store or persist access tokens or user credentials',
    'C10.2.4': "MCP tools/list only returns tools that the resource owners' authorized scopes allow",
    'C10.2.5':
      "MCP servers enforce access control on every tool invocation, validating that the user's access token authorizes both the requested tool and the specific argument values supplied",
    'C10.2.6': 'MCP servers ensure all session artifacts are removed when a session terminates',
    'C10.2.7': 'MCP servers do not pass through access tokens received from clients to downstream APIs',
    'C10.3.1': 'authenticated, encrypted streamable HTTP is used for MCP transport for remote services',
    'C10.3.2': 'stdio transport is permitted only in controlled local environments',
    'C10.3.3':
      'MCP servers validate both the Origin header and the Host header independently on all HTTP-based transports to prevent DNS rebinding attacks',
    'C10.4.1':
      'MCP tools/list and tool responses are validated via a prompt injection guardrail system to prevent indirect prompt injection',
    'C10.4.3': 'MCP servers reject unrecognized or oversized parameters in function calls',
    'C10.4.4': 'all MCP servers enforce strict schema validation',
    'C10.4.5': 'all MCP transports enforce maximum payload size limits',
    'C10.4.7':
      'MCP clients maintain a snapshot of tool definitions and that any change to a tool definition triggers re-approval before the modified tool can be invoked',
  },
  CoSAI: {
    'MCP-T1': 'Improper Authentication and Identity Management',
    'MCP-T2': 'Missing or Improper Access Control',
    'MCP-T3': 'Input Validation/Sanitization Failures',
    'MCP-T4': 'Data/Control Boundary Distinction Failure',
    'MCP-T5': 'Inadequate Data Protection and Confidentiality Controls',
    'MCP-T6': 'Missing Integrity/Verification Controls',
    'MCP-T7': 'Session and Transport Security Failures',
    'MCP-T8': 'Network Binding/Isolation Failures',
    'MCP-T9': 'Trust Boundary and Privilege Design Failures',
    'MCP-T10': 'Resource Management/Rate Limiting Absence',
    'MCP-T11': 'Supply Chain and Lifecycle Security Failures',
    'MCP-T12': 'Insufficient Logging, Monitoring, and Auditability',
  },
  MCP: {
    'AUTHZ-18':
      'When implementing authorization flows, MCP clients SHOULD follow the principle of least privilege by requesting only the scopes necessary for their intended operations.',
    'AUTHZ-41':
      'MCP servers MUST validate that access tokens were issued specifically for them as the intended audience, according to RFC 8707 Section 2.',
    'AUTHZ-43': 'Invalid or expired tokens MUST receive a HTTP 401 response.',
    'BP-24': 'MCP servers MUST NOT accept any tokens that were not explicitly issued for the MCP server.',
    'BP-38': "Configure network policies to restrict the MCP client's outbound access",
    'BP-39': 'MCP servers that implement authorization MUST verify all inbound requests.',
    'BP-40': 'MCP servers MUST NOT treat possession of a state handle as authentication.',
    'BP-41': 'MCP servers SHOULD use secure, non-deterministic handles generated with secure random number generators.',
    'BP-51': 'Execute MCP server commands in a sandboxed environment with minimal default privileges',
    'BP-56': 'Use the `stdio` transport to limit access to just the MCP client',
    'BP-72': 'Implement sandboxing or containerization for spawned processes',
    'BP-73': 'Restrict file system access for spawned MCP servers',
    'BP-74': 'Log all `stdio` transport usage for security monitoring',
    'BP-75': 'Require additional authorization for potentially dangerous commands',
    'CACHE-24':
      'MUST apply appropriate per-primitive access controls, and MUST NOT rely on `cacheScope` alone to prevent unauthorized access to primitives.',
    'CANC-11':
      'However, implementations SHOULD always enforce a maximum timeout, regardless of progress notifications, to limit the impact of a misbehaving client or server.',
    'ELIC-18': 'State storage MUST be protected against unauthorized access',
    'ELIC-34': 'SHOULD use HTTPS URLs for non-development environments.',
    'GUIDE-07':
      'Minimal initial scope set (e.g., `mcp:tools-basic`) containing only low-risk discovery/read operations',
    'GUIDE-08':
      'Incremental elevation via targeted `WWW-Authenticate` `scope="..."` challenges when privileged operations are first attempted',
    'GUIDE-11': 'Log elevation events (scope requested, granted subset) with correlation IDs',
    'HTTP-02':
      'Servers MUST validate the `Origin` header on all incoming connections to prevent DNS rebinding attacks.',
    'HTTP-04':
      'When running locally, servers SHOULD bind only to localhost (127.0.0.1) rather than all network interfaces (0.0.0.0).',
    'HTTP-05': 'Servers SHOULD implement proper authentication for all connections.',
    'IDX-07': 'Tools represent arbitrary code execution and must be treated with appropriate caution.',
    'IDX-08':
      'In particular, descriptions of tool behavior such as annotations should be considered untrusted, unless obtained from a trusted server.',
    'LEG-HTTP-29':
      'The session ID SHOULD be globally unique and cryptographically secure (e.g., a securely generated UUID, a JWT, or a cryptographic hash).',
    'LEG-HTTP-34':
      'The server MAY terminate the session at any time, after which it MUST respond to requests containing that session ID with HTTP 404 Not Found.',
    'LOG-11': 'Log messages MUST NOT contain: Credentials or secrets',
    'LOG-12': 'Log messages MUST NOT contain: Personal identifying information',
    'LOG-13': 'Log messages MUST NOT contain: Internal system details that could aid attacks',
    'LOG-14': 'Rate limit messages',
    'LOG-16': 'Control log access',
    'LOG-17': 'Monitor for sensitive content',
    'MRTR-08':
      'If `requestState` influences authorization, resource access, or business logic, servers MUST protect its integrity (e.g. HMAC or AEAD) and MUST reject state that fails verification.',
    'PROG-08': 'Both parties SHOULD implement rate limiting to prevent flooding',
    'PROMPT-07':
      'Implementations MUST carefully validate all prompt inputs and outputs to prevent injection attacks or unauthorized access to resources.',
    'RES-09': 'Access controls SHOULD be implemented for sensitive resources',
    'RES-12':
      'Servers MUST sanitize file paths to prevent directory traversal attacks when serving `file://` resources',
    'SEC-05':
      'Clients and servers MUST implement secure token storage and follow OAuth best practices, as outlined in OAuth 2.1, Section 7.1.',
    'SEC-06': 'Authorization servers SHOULD issue short-lived access tokens to reduce the impact of leaked tokens.',
    'SEC-08': 'Implementations MUST follow OAuth 2.1 Section 1.5 "Communication Security".',
    'SEC-09': 'All authorization server endpoints MUST be served over HTTPS.',
    'SEC-10': 'All redirect URIs MUST be either `localhost` or use HTTPS.',
    'SEC-30': 'The MCP server MUST NOT pass through the token it received from the MCP client.',
    'TASK-52':
      'Servers MUST perform authentication and authorization checks on each task-related request to ensure that the client has permission to access a task.',
    'TOOL-01':
      'For trust & safety and security, there SHOULD always be a human in the loop with the ability to deny tool invocations.',
    'TOOL-07':
      'For trust & safety and security, clients MUST consider tool annotations to be untrusted unless they come from trusted servers.',
    'TOOL-17':
      'Server developers SHOULD NOT mark sensitive parameters (passwords, API keys, tokens, PII) with `x-mcp-header`, as header values are visible to network intermediaries.',
    'TOOL-23': 'Servers MUST: Validate all tool inputs',
    'TOOL-24': 'Servers MUST: Implement proper access controls',
    'TOOL-25': 'Servers MUST: Rate limit tool invocations',
    'TOOL-26': 'Servers MUST: Sanitize tool outputs',
    'TOOL-32': 'Clients SHOULD: Log tool usage for audit purposes',
  },
  NSA: {
    R1: 'Choose supported MCP projects when possible',
    R2: 'Design for boundaries',
    R3: 'Validate parameters',
    R4: 'Constrain and sandbox tool execution',
    R5: 'Sign and verify MCP messages',
    R6: 'Filter and monitor output pipelines and chained execution',
    R7: 'Instrument for logging and detection',
    R8: 'Track and patch MCP related vulnerabilities',
    R9: 'Scan local network for open or vulnerable MCP servers',
  },
  CSA: {
    'MCP-01': 'Prompt Injection',
    'MCP-02': 'Confused Deputy',
    'MCP-03': 'Tool Poisoning',
    'MCP-04': 'Credential and Token Exposure',
    'MCP-05': 'Insecure Server Configuration',
    'MCP-06': 'Supply Chain Attacks',
    'MCP-07': 'Excessive Permissions and Scope Creep',
    'MCP-08': 'Data Exfiltration',
    'MCP-09': 'Context Spoofing and Manipulation',
    'MCP-10': 'Insecure Communication',
  },
  'SAFE-MCP': {
    'SAFE-T1001': 'Tool Poisoning Attack (TPA)',
    'SAFE-T1002': 'Supply Chain Compromise',
    'SAFE-T1003': 'Malicious MCP-Server Distribution',
    'SAFE-T1005': 'Exposed Endpoint Exploit',
    'SAFE-T1101': 'Command Injection',
    'SAFE-T1102': 'Prompt Injection (Multiple Vectors)',
    'SAFE-T1104': 'Over-Privileged Tool Abuse',
    'SAFE-T1105': 'Path Traversal via File Tool',
    'SAFE-T1106': 'Autonomous Loop Exploit',
    'SAFE-T1201': 'MCP Rug Pull Attack',
    'SAFE-T1202': 'OAuth Token Persistence',
    'SAFE-T1207': 'Hijack Update Mechanism',
    'SAFE-T1301': 'Cross-Server Tool Shadowing',
    'SAFE-T1302': 'High-Privilege Tool Abuse',
    'SAFE-T1303': 'Sandbox Escape via Server Exec',
    'SAFE-T1305': 'Host OS Priv-Esc (RCE)',
    'SAFE-T1307': 'Confused Deputy Attack',
    'SAFE-T1402': 'Instruction Steganography',
    'SAFE-T1501': 'Full-Schema Poisoning (FSP)',
    'SAFE-T1502': 'File-Based Credential Harvest',
    'SAFE-T1503': 'Env-Var Scraping',
    'SAFE-T1506': 'Infrastructure Token Theft',
    'SAFE-T1601': 'MCP Server Enumeration',
    'SAFE-T1703': 'Tool-Chaining Pivot',
    'SAFE-T1704': 'Compromised-Server Pivot',
    'SAFE-T1706': 'OAuth Token Pivot Replay',
    'SAFE-T1801': 'Automated Data Harvesting',
    'SAFE-T1913': 'HTTP POST Exfil',
  },
} as const satisfies Record<Scheme, Readonly<Record<string, string>>>;

type Ids = { readonly [S in Scheme]?: readonly (keyof (typeof titles)[S] & string)[] };

/** The references of a control, from the ids of each scheme; an id that no scheme has does not compile. */
export function referencesTo(ids: Ids): Reference[] {
  const schemes = Object.keys(titles) as Scheme[];
  return schemes.flatMap((scheme) => {
    const known: Readonly<Record<string, string>> = titles[scheme];
    return (ids[scheme] ?? []).map((id) => ({ scheme, id, title: known[id] ?? id }));
  });
}
