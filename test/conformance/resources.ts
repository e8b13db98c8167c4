import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { pixelPng } from './samples.ts';

/** Registers two resources, one that can be watched, and a template. */
export function addResources(server: McpServer): void {
  const plain = { mimeType: 'text/plain' };
  server.registerResource(
    'static-text',
    'test://static-text',
    { ...plain, description: 'A text that never changes.' },
    (uri) => ({
      contents: [{ uri: uri.href, ...plain, text: 'This is the content of the static text resource.' }],
    }),
  );
  server.registerResource(
    'static-binary',
    'test://static-binary',
    { mimeType: 'image/png', description: 'A picture of one pixel.' },
    (uri) => ({ contents: [{ uri: uri.href, mimeType: 'image/png', blob: pixelPng }] }),
  );
  server.registerResource(
    'watched-resource',
    'test://watched-resource',
    { ...plain, description: 'A text that clients subscribe to.' },
    (uri) => ({ contents: [{ uri: uri.href, ...plain, text: 'Watched resource content' }] }),
  );
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { mimeType: 'application/json', description: 'The data of one id.' },
    (uri, { id }) => {
      const data = { id: String(id), templateTest: true, data: `Data for ID: ${String(id)}` };
      return { contents: [{ uri: uri.href, mimeType: 'application/json', text: JSON.stringify(data) }] };
    },
  );
  // Sessions of the 2025-11-25 era and earlier; the SDK turns these methods away in the modern one.
  server.server.setRequestHandler('resources/subscribe', () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', () => ({}));
}
