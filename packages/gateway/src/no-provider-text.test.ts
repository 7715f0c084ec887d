import { systemClock } from '@fairlead/base'
import { describe, expect, it } from 'vitest'
import { hastyClock } from './test-support/hasty-clock.ts'
import { keyedProvider } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, json, sse } from './test-support/upstream.ts'

/** Providers quote the prompt in their errors. */
const quoted = 'the merger of Acme and Initech'
const error = { error: { message: `Cannot do: ${quoted}`, type: quoted, code: quoted } }
const start = `data: ${JSON.stringify({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: null }],
})}\n\n`
const event = `data: ${JSON.stringify(error)}\n\n`

const failures: readonly (readonly [string, Answer])[] = [
  ...[400, 401, 402, 403, 404, 408, 413, 422, 429, 500, 503, 529].map(
    (status) => [`status ${status}`, json(status, error)] as const,
  ),
  ['plain text', (response) => response.writeHead(500).end(quoted)],
  ['an error with status 200', json(200, error)],
  [
    'a type that is none',
    (response) => response.writeHead(200, { 'content-type': 'text/plain' }).end(quoted),
  ],
  [
    'an encoding that is none',
    (response) => response.writeHead(200, { 'content-encoding': quoted }).end('x'),
  ],
  [
    'text that is no JSON',
    (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(quoted),
  ],
  ['an error before content', sse(event)],
  ['an error after content', sse(start, event)],
]

const refusesKey: ReadonlySet<string> = new Set(['status 401', 'status 403'])

describe('what a provider writes in an error reaches neither status nor log', () => {
  const cases = failures.flatMap(([name, answer]) =>
    [false, true].flatMap((stream) =>
      [false, true].map((inChat) => ({ name, answer, stream, inChat })),
    ),
  )
  it.each(cases)('$name (stream: $stream, in a conversation: $inChat)', async (one) => {
    const upstream = await testUpstream(one.answer)
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
      // A call whose key is refused waits for another.
      options: { clock: refusesKey.has(one.name) ? hastyClock : systemClock },
    })
    const response = await gateway.chat(
      { model: 'm', stream: one.stream, messages: [{ role: 'user', content: quoted }] },
      one.inChat ? { 'x-fairlead-conversation': 'mine' } : {},
    )
    await response.text()
    const evidence = JSON.stringify([
      gateway.report(),
      gateway.logs.map(({ message, fields }) => [
        message,
        fields,
        fields['err'] instanceof Error ? fields['err'].message : '',
      ]),
    ])
    expect(gateway.logs.length).toBeGreaterThan(0)
    expect(evidence).not.toContain('Acme')
    expect(await gateway.registry.metrics()).not.toMatch(/Acme/)
  })
})
