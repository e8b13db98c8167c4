// Preloaded into a server that would listen on every interface: it listens on loopback only.
import net from 'node:net';

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function loopbackOnly(...args) {
  const port = Number(args[0]);
  if (!Number.isInteger(port) || args[0] === null) return listen.apply(this, args);
  return listen.call(this, port, '127.0.0.1', ...args.slice(1).filter((arg) => typeof arg === 'function'));
};
