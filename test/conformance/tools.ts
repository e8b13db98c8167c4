import { setTimeout as delay } from 'node:timers/promises';
import type { JSONObject } from '@modelcontextprotocol/server';
import { pixelPng, silentWav } from './samples.ts';
import { type FixtureTool, shown, text } from './tool.ts';

/** Between two notifications of one call, in milliseconds, so that they are seen to come one by one. */
const STEP_MS = 50;
/** How long a call goes on after its stream was closed, in milliseconds; the client comes back in that time. */
const AWAY_MS = 100;

/** The tools that answer by themselves: every kind of content, an error, progress, log messages, a broken stream. */
export const plainTools: readonly FixtureTool[] = [
  {
    name: 'test_simple_text',
    description: 'Answers with text.',
    call: () => text('This is a simple text response for testing.'),
  },
  {
    name: 'test_image_content',
    description: 'Answers with an image.',
    call: () => ({ content: [{ type: 'image', data: pixelPng, mimeType: 'image/png' }] }),
  },
  {
    name: 'test_audio_content',
    description: 'Answers with audio.',
    call: () => ({ content: [{ type: 'audio', data: silentWav, mimeType: 'audio/wav' }] }),
  },
  {
    name: 'test_embedded_resource',
    description: 'Answers with an embedded resource.',
    call: () => ({
      content: [
        {
          type: 'resource',
          resource: {
            uri: 'test://embedded-resource',
            mimeType: 'text/plain',
            text: 'This is an embedded resource content.',
          },
        },
      ],
    }),
  },
  {
    name: 'test_multiple_content_types',
    description: 'Answers with text, an image and an embedded resource.',
    call: () => ({
      content: [
        { type: 'text', text: 'Multiple content types test:' },
        { type: 'image', data: pixelPng, mimeType: 'image/png' },
        {
          type: 'resource',
          resource: {
            uri: 'test://mixed-content-resource',
            mimeType: 'application/json',
            text: '{"test":"data","value":123}',
          },
        },
      ],
    }),
  },
  {
    name: 'test_error_handling',
    description: 'Always fails.',
    call() {
      throw new Error('This tool intentionally returns an error for testing');
    },
  },
  {
    name: 'test_tool_with_logging',
    description: 'Writes three log messages while it works.',
    async call(_args, ctx) {
      await ctx.mcpReq.log('info', 'Tool execution started');
      await delay(STEP_MS);
      await ctx.mcpReq.log('info', 'Tool processing data');
      await delay(STEP_MS);
      await ctx.mcpReq.log('info', 'Tool execution completed');
      return text('Logged three messages.');
    },
  },
  {
    name: 'test_logging_tool',
    description: 'Writes a log message for those who asked for them.',
    async call(_args, ctx) {
      await ctx.mcpReq.log('info', 'A message of the logging tool');
      return text('Logged as far as the request allows.');
    },
  },
  {
    name: 'test_tool_with_progress',
    description: 'Reports its progress three times.',
    async call(_args, ctx) {
      const progressToken = ctx.mcpReq._meta?.progressToken;
      for (const progress of [0, 50, 100]) {
        if (progress > 0) await delay(STEP_MS);
        if (progressToken === undefined) continue;
        const params = { progressToken, progress, total: 100, message: `Step ${progress} of 100` };
        await ctx.mcpReq.notify({ method: 'notifications/progress', params });
      }
      return text('Reported progress.');
    },
  },
  {
    name: 'test_reconnection',
    description: 'Closes the stream of its own call; the result waits for the client to come back.',
    async call(_args, ctx) {
      ctx.http?.closeSSE?.();
      await delay(AWAY_MS);
      return text('You came back.');
    },
  },
  {
    name: 'test_headers',
    description: 'Has an argument that a client repeats in a header.',
    inputSchema: {
      type: 'object',
      properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
      required: ['region'],
    },
    call: ({ region }) => text(`Region: ${shown(region)}`),
  },
  {
    name: 'json_schema_2020_12_tool',
    description: 'Has a schema that uses much of JSON Schema 2020-12.',
    inputSchema: richSchema(),
    call: (args) => text(JSON.stringify(args)),
  },
];

function richSchema(): JSONObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: {
      address: {
        $anchor: 'addressDef',
        type: 'object',
        properties: { street: { type: 'string' }, city: { type: 'string' } },
      },
    },
    properties: {
      name: { type: 'string' },
      address: { $ref: '#/$defs/address' },
      contactMethod: { type: 'string', enum: ['phone', 'email'] },
      phone: { type: 'string' },
      email: { type: 'string' },
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
  };
}
