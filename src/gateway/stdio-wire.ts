import type { Wire } from './event-stream.ts';
import type { LineWriter } from './line-writer.ts';

/** The session's own stream over stdio: its messages stand between the answers, and there is nothing to come back to. */
export function stdioWire(writer: LineWriter): Wire {
  let isEnded = false;
  return {
    get open() {
      return !isEnded && writer.isOpen();
    },
    say(json) {
      if (!isEnded && writer.isOpen()) writer.write(json);
    },
    prime() {},
    comment() {},
    end() {
      isEnded = true;
    },
    // The pipe ends with the session, and the session with the pipe.
    onClose() {},
  };
}
