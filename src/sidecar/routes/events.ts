import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { stream } from 'hono/streaming';
import { ServerEvent } from '../../protocol/operations.ts';
import type { Services } from '../services.ts';

/** A comment this often tells both ends, and whatever lies between them, that the stream is alive. */
const heartbeat = 15_000;

const follow = createRoute({
  method: 'get',
  path: '/events',
  tags: ['events'],
  summary: 'What happens, as it happens: server-sent events, each `data` one JSON object',
  responses: {
    200: { description: 'A stream without end.', content: { 'text/event-stream': { schema: ServerEvent } } },
  },
});

export function eventRoutes({ events }: Services) {
  return new OpenAPIHono().openapi(follow, c => {
    // Before the answer begins: whoever sees it begin misses nothing that happens from then on.
    const subscription = events.subscribe();
    c.header('Content-Type', 'text/event-stream');
    c.header('Cache-Control', 'no-store');
    c.header('X-Accel-Buffering', 'no');
    return stream(c, async out => {
      out.onAbort(() => subscription.close());
      await out.write(': connected\n\n');
      for (;;) {
        const event = await subscription.next(heartbeat);
        if (event === 'closed') return;
        await out.write(event === 'quiet' ? ': alive\n\n' : `data: ${JSON.stringify(event)}\n\n`);
      }
    });
  });
}
