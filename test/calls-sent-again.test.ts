import { afterAll, beforeAll, expect, it } from 'vitest'
import { chatChunk } from './support/chat-chunk.ts'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { type FreshCall, freshCall } from './support/fresh-call.ts'
import { provider, route, secret } from './support/manifests.ts'
import { startUpstream, type Upstream } from './support/upstream.ts'
import { waitFor } from './support/wait-for.ts'
import { answeredBy, pidOf, workersOf } from './support/workers.ts'

let upstream: Upstream
let fairlead: FairleadProcess
/** How often each question was asked. */
const asked = new Map<string, number>()
/** Lets the answers to a question end. */
const release = new Map<string, PromiseWithResolvers<void>>()

const gateOf = (question: string) => {
  const gate = release.get(question) ?? Promise.withResolvers<void>()
  release.set(question, gate)
  return gate
}

beforeAll(async () => {
  upstream = await startUpstream(async (response, request) => {
    const messages = request.body['messages'] as { role: string; content: string }[]
    const question = messages.at(-1)?.content ?? ''
    asked.set(question, (asked.get(question) ?? 0) + 1)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(chatChunk('half '))
    if (question !== 'ready?') await gateOf(question).promise
    response.end(`${chatChunk('an answer')}${chatChunk('', 'stop')}data: [DONE]\n\n`)
  })
  fairlead = await startFairlead({ flags: ['--workers', '2'] })
  await fairlead.kubectl.apply(secret('up-key', 'api-key', 'sk-up'))
  await fairlead.kubectl.apply(provider('up', 'OpenAICompatible', `${upstream.url}/v1`))
  await fairlead.kubectl.apply(route('up', 'up-model', 'up'))
  await waitFor('the route', async () => (await say('ready?').began).status === 200)
  await waitFor('both workers', () => workersOf(fairlead).size === 2)
}, 90_000)
afterAll(async () => {
  await fairlead[Symbol.asyncDispose]()
  await upstream.stop()
})

function say(question: string, headers: Record<string, string> = {}): FreshCall {
  const messages = [{ role: 'user', content: question }]
  const body = { model: 'up-model', stream: true, messages }
  return freshCall(fairlead.endpoints, body, headers, '/v1/chat/completions')
}

async function half(question: string, headers: Record<string, string>): Promise<FreshCall> {
  const call = say(question, headers)
  await waitFor('what came so far', () => call.received().includes('half '))
  return call
}

const textOf = (stream: string) =>
  [...stream.matchAll(/"content":"([^"]*)"/g)].map(([, text]) => text).join('')

it.each([
  ['in a conversation, by key', { 'x-fairlead-conversation': 'a', 'idempotency-key': 'k' }],
  ['in a new conversation, by key', { 'x-fairlead-conversation': 'new', 'idempotency-key': 'k' }],
  ['without a conversation, by key', { 'idempotency-key': 'k' }],
  [
    'in a conversation, by an SDK',
    { 'x-fairlead-conversation': 'b', 'x-stainless-retry-count': '1' },
  ],
])('a call joins the one that another worker makes: %s', async (name, headers) => {
  const first = await answeredBy(fairlead, 0, () => half(name, headers))
  const second = await answeredBy(fairlead, 1, async () => {
    const call = say(name, headers)
    await call.began
    return call
  })
  gateOf(name).resolve()
  for (const call of [first, second]) expect(textOf(await call.ended)).toBe('half an answer')
  const third = await answeredBy(fairlead, 1, () => say(name, headers).ended)
  expect(textOf(third)).toBe('half an answer')
  expect(asked.get(name)).toBe(1)
})

it('a call without a conversation is made again when the worker that made it was killed', async () => {
  const headers = { 'idempotency-key': 'killed' }
  await answeredBy(fairlead, 0, () => half('killed', headers))
  const killed = pidOf(fairlead, 0)
  process.kill(killed, 'SIGKILL')
  await waitFor('the worker that takes its place', () => pidOf(fairlead, 0) !== killed)
  const again = await half('killed', headers)
  gateOf('killed').resolve()
  expect(textOf(await again.ended)).toBe('half an answer')
  expect(asked.get('killed')).toBe(2)
})
