import type { Clock } from '../kernel/clock.ts';
import { MerlonError } from '../kernel/errors.ts';
import { type Failure, failure, isFailure, isObject, type JsonObject, type Response } from '../kernel/jsonrpc.ts';
import { DISCOVER, type Era } from './era.ts';
import { isDiscovery, refutesEra, wantsAnotherTry } from './era-verdict.ts';
import { type Call, handle, type Pipeline } from './handle.ts';
import type { Link, Listener } from './link.ts';
import { upstreamInvalid, upstreamUnavailable } from './pending.ts';
import type { Session } from './session.ts';
import type { Upstream } from './upstream.ts';
import { openLegacyView } from './view-legacy.ts';
import { openModernView } from './view-modern.ts';

/** How long an upstream may take to say that it speaks 2026-07-28, ms: one that does not know the question may never answer. */
const PROBE_MS = 20_000;

/**
 * Opens an upstream for a session, in the session's era where the upstream speaks it, through a view where not, and
 * says what the client says of itself.
 */
export async function openLink(
  pipeline: Pipeline & { readonly clock: Clock },
  session: Session,
  definition: Upstream,
  listener: Listener,
): Promise<Link> {
  const { name } = definition;
  let failed: Failure | undefined;
  let refuted: Era | undefined;
  for (const era of definition.eras.candidates(session.era)) {
    let isTaken = false;
    const link = await open(pipeline.clock, definition, era, session.era, {
      announce: (message) => listener.announce(message),
      // An attempt that fails is not the session's link that ends.
      closed: (cause) => (isTaken ? listener.closed(cause) : undefined),
    });
    const timeoutMs = era === 'modern' && session.era === 'modern' ? PROBE_MS : undefined;
    const greet = (): Promise<Response> => initialize(pipeline, session, definition, link, timeoutMs);
    let answer: Response;
    try {
      answer = await greet();
      if (wantsAnotherTry(answer)) answer = await greet();
    } catch (error) {
      void link.close('initialize failed');
      throw error;
    }
    if (!isFailure(answer)) {
      definition.eras.spoken(era);
      if (refuted !== undefined) definition.eras.notSpoken(refuted);
      // Its end came before anybody could be told of it.
      if (link.closed) throw upstreamUnavailable(name, 'ended');
      session.answers.set(name, answer.result);
      isTaken = true;
      return link;
    }
    void link.close('initialize failed');
    failed ??= answer;
    if (!refutesEra(answer, era, definition.definition.kind === 'stdio')) break;
    refuted = era;
  }
  throw initializeFailed(name, failed);
}

function open(clock: Clock, definition: Upstream, era: Era, own: Era, listener: Listener): Promise<Link> {
  if (era === own) return definition.open(listener, era);
  const opened = (told: Listener): Promise<Link> => definition.open(told, era);
  if (own === 'modern') return openModernView(opened, { listener, clock });
  const { toolHeaders } = definition;
  const learnTools = (result: JsonObject): void => toolHeaders.learn(result);
  return openLegacyView(opened, { listener, clock, learnTools, knowsTools: () => toolHeaders.known });
}

/** The first message of a link. */
async function initialize(
  pipeline: Pipeline,
  session: Session,
  { name }: Upstream,
  link: Link,
  timeoutMs: number | undefined,
): Promise<Response> {
  const { caller, remote, era, openingParams: params } = session;
  const method = era === 'legacy' ? 'initialize' : DISCOVER;
  const request = { jsonrpc: '2.0' as const, id: 'merlon-init', method, params };
  const call: Call = { caller, remote, session, upstream: name, request, reply: undefined, timeoutMs };
  const { response } = await handle(pipeline, call, link);
  if (isFailure(response)) return response;
  if (era === 'legacy') await link.notify({ jsonrpc: '2.0', method: 'notifications/initialized' });
  else if (!isDiscovery(response)) return failure(response.id, upstreamInvalid(name, 'does not speak this version'));
  return response;
}

function initializeFailed(upstream: string, failed: Failure | undefined): MerlonError {
  const { message = 'it speaks no version that is known', data } = failed?.error ?? {};
  const code = isObject(data) && data['code'] === 'UPSTREAM_TIMEOUT' ? 'UPSTREAM_TIMEOUT' : 'UPSTREAM_UNAVAILABLE';
  return new MerlonError(code, `The upstream "${upstream}" did not initialize: ${message.slice(0, 200)}`);
}
