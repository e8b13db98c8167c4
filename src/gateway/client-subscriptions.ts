import { MerlonError } from '../kernel/errors.ts';
import {
  type Id,
  isFailure,
  isObject,
  type Json,
  type JsonObject,
  type Request,
  type Response,
  success,
} from '../kernel/jsonrpc.ts';
import { ACKNOWLEDGED, changedList, listChangesOf, META, withMeta } from './era.ts';
import type { Announcement, Flight, Link } from './link.ts';

/** The subscriptions of stateless clients, put together from what a legacy upstream announces. */
export interface ClientSubscriptions {
  /**
   * Answers `subscriptions/listen`; `served` is what the upstream offers. Its reply comes when the upstream goes,
   * everything else comes before, through `related`.
   */
  open(request: Request, related: (message: Announcement) => void, served: JsonObject): Flight;
  /** Hands an announcement to those who asked for it (SUB-01), with the mark of each subscription. */
  announce(message: Announcement): void;
  /** Ends them all in good order (SUB-06). */
  end(): void;
}

interface Listening {
  readonly id: Id;
  readonly filter: JsonObject;
  readonly uris: ReadonlySet<string>;
  readonly related: (message: Announcement) => void;
  readonly end: () => void;
}

export function createClientSubscriptions(link: Link): ClientSubscriptions {
  const listening = new Set<Listening>();
  /** How many subscriptions want each resource. */
  const wanted = new Map<string, number>();

  async function subscribe(uri: string): Promise<boolean> {
    if (!wanted.has(uri)) {
      const request = { jsonrpc: '2.0', id: 'subscribe', method: 'resources/subscribe', params: { uri } } as const;
      if (isFailure(await link.request(request, () => {}).reply)) return false;
    }
    wanted.set(uri, (wanted.get(uri) ?? 0) + 1);
    return true;
  }

  function unsubscribe(uri: string): void {
    const left = (wanted.get(uri) ?? 1) - 1;
    if (left > 0) return void wanted.set(uri, left);
    wanted.delete(uri);
    if (link.closed) return;
    const request = { jsonrpc: '2.0', id: 'unsubscribe', method: 'resources/unsubscribe', params: { uri } } as const;
    link.request(request, () => {}).reply.catch(() => {});
  }

  /** Of what a client wants to be told, what this upstream can tell; `uris` takes in what was subscribed to. */
  async function honour(
    asked: Json | undefined,
    served: JsonObject,
    uris: Set<string>,
    isOver: () => boolean,
  ): Promise<JsonObject> {
    if (!isObject(asked))
      throw new MerlonError('PARAMS_INVALID', 'The parameter notifications is missing or malformed.');
    const told = Object.entries(listChangesOf(served));
    const filter: Record<string, Json> = Object.fromEntries(told.filter(([flag]) => asked[flag] === true));
    const { resources } = served;
    const { resourceSubscriptions } = asked;
    if (isObject(resources) && resources['subscribe'] === true && Array.isArray(resourceSubscriptions)) {
      for (const uri of new Set(resourceSubscriptions)) {
        if (isOver()) break;
        if (typeof uri === 'string' && (await subscribe(uri))) uris.add(uri);
      }
    }
    if (uris.size > 0) filter['resourceSubscriptions'] = [...uris];
    return filter;
  }

  return {
    open({ id, params }, related, served) {
      const { promise, resolve, reject } = Promise.withResolvers<Response>();
      const uris = new Set<string>();
      let one: Listening | undefined;
      let isOver = false;
      const leave = (): void => {
        isOver = true;
        if (one !== undefined) listening.delete(one);
        for (const uri of uris) unsubscribe(uri);
        uris.clear();
      };
      const begin = async (): Promise<void> => {
        const notifications = await honour(params?.['notifications'], served, uris, () => isOver);
        if (isOver) return leave();
        const result = { resultType: 'complete', _meta: mark(id) };
        one = { filter: notifications, uris, id, related, end: () => resolve(success(id, result)) };
        listening.add(one);
        link.listen();
        related({ jsonrpc: '2.0', method: ACKNOWLEDGED, params: { notifications, _meta: mark(id) } });
        if (Object.keys(notifications).length === 0) one.end();
      };
      begin().catch(reject);
      void promise.then(leave, leave);
      return { reply: promise, cancel: reject };
    },
    announce(message) {
      for (const one of listening) {
        if (wants(one, message)) one.related({ ...message, params: withMeta(message.params, mark(one.id)) });
      }
    },
    end() {
      for (const { end } of listening) end();
    },
  };
}

function mark(id: Id): JsonObject {
  return { [META.subscription]: id };
}

function wants({ filter, uris }: Listening, { method, params }: Announcement): boolean {
  const list = changedList(method);
  if (list !== undefined) return filter[`${list}ListChanged`] === true;
  const uri = params?.['uri'];
  return method === 'notifications/resources/updated' && typeof uri === 'string' && uris.has(uri);
}
