import type { Id, JsonObject, Response } from '../kernel/jsonrpc.ts';

/** A question of the gateway's own to a client. */
export interface OwnQuestion {
  readonly answer: Promise<Response>;
  /** Tells the client that nobody waits any more, if it has not answered. */
  withdraw(): void;
}

/** What the gateway itself has asked the client of one session. */
export interface OwnQuestions {
  /** @param send brings a message to the client */
  ask(id: Id, request: { readonly method: string; readonly params: JsonObject }, send: Send): OwnQuestion;
  /** The method that a response answers; undefined where the gateway has asked nothing under its id. */
  methodOf(id: Id | null): string | undefined;
  /** Hands an answer to who asked; false when another one was first. */
  take(response: Response): boolean;
}

type Send = (message: JsonObject) => void;

export function createOwnQuestions(): OwnQuestions {
  const open = new Map<Id, { readonly method: string; readonly resolve: (response: Response) => void }>();
  return {
    ask(id, { method, params }, send) {
      const { promise, resolve } = Promise.withResolvers<Response>();
      open.set(id, { method, resolve });
      send({ jsonrpc: '2.0', id, method, params });
      return {
        answer: promise,
        withdraw() {
          if (!open.delete(id)) return;
          const reason = 'Nobody waits for it any more.';
          send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id, reason } });
        },
      };
    },
    methodOf: (id) => (id === null ? undefined : open.get(id)?.method),
    take(response) {
      const asked = response.id === null ? undefined : open.get(response.id);
      if (asked === undefined || response.id === null || !open.delete(response.id)) return false;
      asked.resolve(response);
      return true;
    },
  };
}
