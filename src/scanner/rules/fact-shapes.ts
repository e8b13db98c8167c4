import type { Where } from '../check.ts';
import type { Parts } from '../facts/index.ts';
import type { ServerEntryFacts } from '../facts/client.ts';
import type { EraFacts, Exchange, MetadataFacts, Probes } from '../facts/door.ts';
import type { ToolsFacts } from '../facts/tools.ts';
import type { ShapeOf } from './shape.ts';

const where: ShapeOf<Where> = {
  fields: { file: 'text', line: 'number', column: 'number', path: { list: 'text' }, url: 'text', probe: 'text' },
};

const problems = { list: { fields: { message: 'text', where } } } as const;

const command = { fields: { command: 'text', args: { list: 'text' }, where } } as const;

const ecosystem = { oneOf: { npm: true, python: true, go: true, rust: true, docker: true } } as const;

const inputPolicy = { oneOf: { accept: true, drop: true, reject: true } } as const;

const exchange: ShapeOf<Exchange> = {
  fields: {
    status: 'number',
    headers: { map: 'text' },
    body: 'text',
    rpc: { fields: { result: 'flag', error: { fields: { code: 'number', message: 'text' } } } },
  },
};

const probes: ShapeOf<Probes> = {
  fields: {
    'no-credential': { look: exchange },
    'wrong-credential': { look: exchange },
    'empty-credential': { look: exchange },
    'unsigned-token': { look: exchange },
    'expired-token': { look: exchange },
    'foreign-token': { look: exchange },
    'credential-in-query': { look: exchange },
    'foreign-host': { look: exchange },
    'foreign-origin': { look: exchange },
    'preflight-foreign-origin': { look: exchange },
    'header-mismatch': { look: exchange },
    'version-unknown': { look: exchange },
    'oversized-body': { look: exchange },
    'deep-json': { look: exchange },
    'invalid-json': { look: exchange },
    'unknown-method': { look: exchange },
    'unknown-tool': { look: exchange },
    'unknown-session': { look: exchange },
    'chosen-session': { look: exchange },
    'session-without-credential': { look: exchange },
    'session-after-delete': { look: exchange },
  },
};

const era: ShapeOf<EraFacts> = {
  fields: { version: 'text', server: { fields: { name: 'text', version: 'text' } }, instructions: 'text' },
};

const metadata: ShapeOf<MetadataFacts> = { fields: { url: 'text', document: { map: 'anything' } } };

const accepted = { look: { fields: { accepted: 'flag', suite: 'text' } } } as const;

const entry: ShapeOf<ServerEntryFacts> = {
  fields: {
    name: 'text',
    where,
    transport: { oneOf: { stdio: true, http: true, sse: true } },
    disabled: 'flag',
    command: 'text',
    args: { list: 'text' },
    url: 'text',
    values: {
      list: {
        fields: {
          kind: { oneOf: { env: true, header: true, arg: true, url: true, field: true } },
          name: 'text',
          holds: { oneOf: { literal: true, reference: true, placeholder: true, plain: true } },
          where,
        },
      },
    },
    approvals: { list: { fields: { key: 'text', value: 'anything', where } } },
    package: {
      fields: {
        runner: {
          oneOf: {
            npx: true,
            bunx: true,
            'pnpm-dlx': true,
            'yarn-dlx': true,
            uvx: true,
            pipx: true,
            docker: true,
            deno: true,
            other: true,
          },
        },
        name: 'text',
        version: 'text',
        isPinned: 'flag',
      },
    },
    tlsOff: { list: { fields: { what: 'text', where } } },
    behindMerlon: 'flag',
  },
};

const tools: ShapeOf<ToolsFacts> = {
  fields: {
    server: 'text',
    instructions: 'text',
    tools: {
      list: {
        fields: {
          name: 'text',
          title: 'text',
          description: 'text',
          inputSchema: 'anything',
          outputSchema: 'anything',
          annotations: {
            fields: { readOnlyHint: 'flag', destructiveHint: 'flag', idempotentHint: 'flag', openWorldHint: 'flag' },
          },
        },
      },
    },
    prompts: { list: { fields: { name: 'text', description: 'text' } } },
    isCut: 'flag',
    confinement: { fields: { by: { oneOf: { bubblewrap: true, none: true } }, network: 'flag' } },
  },
};

const burst = { look: { fields: { sent: 'number', limited: 'number' } } } as const;

/** The shape of each part's facts. A field that a part gains is a line here: without it this file does not compile. */
export const factShapes: { readonly [Part in keyof Parts]: ShapeOf<Parts[Part]> } = {
  transport: {
    fields: {
      url: 'text',
      scheme: { oneOf: { http: true, https: true } },
      host: 'text',
      port: 'number',
      isLoopback: 'flag',
      tls: {
        look: {
          fields: {
            versions: { fields: { TLSv1: accepted, 'TLSv1.1': accepted, 'TLSv1.2': accepted, 'TLSv1.3': accepted } },
            weakSuites: {
              look: {
                list: {
                  fields: {
                    kind: { oneOf: { broken: true, 'no-forward-secrecy': true, 'cbc-sha1': true } },
                    suite: 'text',
                  },
                },
              },
            },
            certificate: {
              look: {
                fields: {
                  subject: 'text',
                  issuer: 'text',
                  validFrom: 'number',
                  validTo: 'number',
                  names: { list: 'text' },
                  nameMatches: 'flag',
                  key: { fields: { type: 'text', bits: 'number' } },
                  signatureAlgorithm: 'text',
                  selfSigned: 'flag',
                  untrusted: 'text',
                },
              },
            },
          },
        },
      },
      plainHttp: {
        look: {
          fields: {
            answer: { oneOf: { closed: true, redirected: true, refused: true, served: true } },
            port: 'number',
            status: 'number',
            location: 'text',
            isPage: 'flag',
          },
        },
      },
    },
  },
  door: {
    fields: {
      url: 'text',
      isLoopback: 'flag',
      credential: { oneOf: { none: true, bearer: true, oauth: true, headers: true } },
      eras: { fields: { legacy: { look: era }, modern: { look: era } } },
      probes: { fields: { legacy: probes, modern: probes } },
      chosenSession: 'text',
      sessionIds: { look: { list: 'text' } },
      resourceMetadata: { look: metadata },
      authorizationServers: { list: { look: metadata } },
      burst: { look: { fields: { sent: 'number', limited: 'number', retryAfter: 'flag' } } },
    },
  },
  api: {
    fields: {
      url: 'text',
      isLoopback: 'flag',
      info: {
        look: {
          fields: {
            name: 'text',
            version: 'text',
            secure: 'flag',
            tls_version: 'text',
            auth_required: 'flag',
            switched_off: { list: { fields: { key: 'text', sentence: 'text' } } },
            not_enforced: { list: 'text' },
          },
        },
      },
      roles: { look: { list: { fields: { name: 'text', permissions: { list: 'text' } } } } },
      tools: {
        look: {
          list: {
            fields: {
              name: 'text',
              upstream: 'text',
              security: { fields: { sandbox_enabled: 'flag', permission_scopes: { list: 'text' } } },
            },
          },
        },
      },
      unavailable: { list: 'text' },
      logging: { look: { fields: { level: 'text', audit_enabled: 'flag' } } },
      controls: {
        look: {
          list: {
            fields: {
              id: {
                oneOf: {
                  C01: true,
                  C02: true,
                  C03: true,
                  C04: true,
                  C05: true,
                  C06: true,
                  C07: true,
                  C08: true,
                  C09: true,
                  C10: true,
                  C11: true,
                  C12: true,
                  C13: true,
                  C14: true,
                  C15: true,
                  C16: true,
                  C17: true,
                  C18: true,
                  C19: true,
                  C20: true,
                },
              },
              enforced: { oneOf: { yes: true, partly: true, no: true } },
              facts: { map: 'anything' },
            },
          },
        },
      },
      ready: { look: 'flag' },
      withoutCredential: { look: { map: 'number' } },
      wrongCredential: { look: { map: 'number' } },
      burst,
    },
  },
  tools,
  config: {
    fields: {
      file: 'text',
      settings: { map: { fields: { value: 'anything', where, isDefault: 'flag' } } },
      isMerlon: 'flag',
      problems,
    },
  },
  client: {
    fields: {
      file: 'text',
      client: 'text',
      access: { look: { fields: { mode: 'number', isOwn: 'flag' } } },
      servers: { list: entry },
      settings: { list: { fields: { path: { list: 'text' }, value: 'anything', where } } },
      problems,
    },
  },
  manifest: {
    fields: {
      file: 'text',
      format: { oneOf: { 'server.json': true, mcpb: true } },
      name: 'text',
      version: 'text',
      repository: 'text',
      packages: { list: { fields: { registry: 'text', name: 'text', version: 'text', sha256: 'text', where } } },
      remotes: { list: { fields: { url: 'text', where } } },
      inputs: {
        list: { fields: { name: 'text', isSecret: 'flag', hasLiteralSecret: 'flag', usedAs: { list: 'text' }, where } },
      },
      command,
      commands: { list: command },
      problems,
    },
  },
  host: {
    fields: {
      platform: 'text',
      isRoot: 'flag',
      files: {
        list: {
          fields: {
            path: 'text',
            role: {
              oneOf: {
                'private-key': true,
                keys: true,
                secret: true,
                'audit-log': true,
                'server-log': true,
                config: true,
                state: true,
              },
            },
            facts: {
              look: {
                fields: {
                  mode: 'number',
                  isOwn: 'flag',
                  bytes: 'number',
                  kind: { oneOf: { file: true, folder: true, other: true } },
                  folderMode: 'number',
                  linksTo: 'text',
                  rotated: { list: 'text' },
                },
              },
            },
          },
        },
      },
      firewall: {
        look: {
          fields: {
            by: 'text',
            hasRules: 'flag',
            inputPolicy,
            openPorts: { list: 'number' },
            openRanges: { list: { fields: { from: 'number', to: 'number' } } },
            byFamily: { fields: { ip: inputPolicy, ip6: inputPolicy } },
            isPartial: 'flag',
          },
        },
      },
      sockets: {
        look: { list: { fields: { address: 'text', port: 'number', isLoopback: 'flag', program: 'text' } } },
      },
      intendedPorts: { list: 'number' },
      disks: {
        list: {
          fields: {
            path: 'text',
            holds: { list: 'text' },
            facts: {
              look: { fields: { device: 'text', fileSystem: 'text', isEncrypted: 'flag', freePercent: 'number' } },
            },
          },
        },
      },
      rotation: { look: { list: { fields: { path: 'text', by: 'text' } } } },
      testRecords: {
        look: {
          list: { fields: { file: 'text', when: 'number', target: 'text', passed: 'number', failed: 'number' } },
        },
      },
    },
  },
  repository: {
    fields: {
      folder: 'text',
      files: 'number',
      missed: 'anything',
      malformed: { list: 'text' },
      ecosystems: { list: ecosystem },
      packages: { list: { fields: { manifest: 'text', ecosystem, lockFile: 'text' } } },
      lockFiles: { list: 'text' },
      dependencies: { list: { fields: { file: 'text', name: 'text', version: 'text', isPinned: 'flag' } } },
      sbom: { list: 'text' },
      ci: {
        list: {
          fields: {
            file: 'text',
            system: { oneOf: { github: true, gitlab: true, other: true } },
            scans: { list: 'text' },
            unpinnedActions: { list: { fields: { name: 'text', line: 'number' } } },
            hasWriteAllPermissions: 'flag',
            declaresPermissions: 'flag',
          },
        },
      },
      securityPolicy: { look: { fields: { file: 'text', hasContact: 'flag', hasDeadline: 'flag' } } },
      secrets: { list: { fields: { file: 'text', kind: 'text', line: 'number', isSample: 'flag' } } },
      releases: {
        look: { fields: { tags: 'number', inspected: 'number', signedTags: 'number', signsArtifacts: 'flag' } },
      },
      installScripts: { list: 'text' },
      hasCodeOwners: 'flag',
      hasTests: 'flag',
      updates: { list: 'text' },
      incidentDocs: { list: 'text' },
    },
  },
  deployment: {
    fields: {
      tools: { list: { fields: { target: 'text', tools } } },
      entries: { list: { fields: { target: 'text', client: 'text', entry } } },
    },
  },
};
