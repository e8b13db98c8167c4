import type { ApiFacts } from './api.ts';
import type { ClientFacts } from './client.ts';
import type { ConfigFacts } from './config.ts';
import type { DeploymentFacts } from './deployment.ts';
import type { DoorFacts } from './door.ts';
import type { HostFacts } from './host.ts';
import type { ManifestFacts } from './manifest.ts';
import type { RepositoryFacts } from './repository.ts';
import type { ToolsFacts } from './tools.ts';
import type { TransportFacts } from './transport.ts';

/** What a target's facts consist of, by name. Plain data throughout: a target can be written down as JSON and read again. */
export interface Parts {
  /** TLS, certificate, plain HTTP. */
  readonly transport: TransportFacts;
  /** How an MCP endpoint answers to who may and who may not. */
  readonly door: DoorFacts;
  /** What a server that offers `/api/v2` says of itself. */
  readonly api: ApiFacts;
  /** What a server offers to models. */
  readonly tools: ToolsFacts;
  /** A server configuration of the mission's shape. */
  readonly config: ConfigFacts;
  /** A client's file with the servers in it. */
  readonly client: ClientFacts;
  /** A `server.json` or an MCPB manifest. */
  readonly manifest: ManifestFacts;
  readonly host: HostFacts;
  /** A source repository. */
  readonly repository: RepositoryFacts;
  /** Everything that was scanned, seen together. */
  readonly deployment: DeploymentFacts;
}

/** The name of a part. */
export type PartName = keyof Parts;
