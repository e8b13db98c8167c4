// What the gateway's HTTP client writes itself: a second one would let two readers see two requests.
const OURS = /^(?:host|content-length|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect)$/i;

/** True for a header field that belongs to HTTP's own framing, and so to nobody's configuration. */
export function isOwnHeader(name: string): boolean {
  return OURS.test(name);
}
