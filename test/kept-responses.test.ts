import { afterAll, beforeAll, expect, it } from 'vitest'
import { chatChunk } from './support/chat-chunk.ts'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { freshCall } from './support/fresh-call.ts'
import { provider, route, secret } from './support/manifests.ts'
import { startUpstream, type Upstream } from './support/upstream.ts'
import { waitFor } from './support/wait-for.ts'
import { answeredBy, pidOf, workersOf } from './support/workers.ts'

interface Shown {
  readonly id: string
  readonly status: string
  readonly output: unknown
  readonly error: unknown
}

let upstream: Upstream
let fairlead: FairleadProcess
/** How many calls of `slow` their provider saw cut. */
let cut = 0

beforeAll(async () => {
  upstream = await startUpstream(async (response, request) => {
    const messages = request.body['messages'] as { role: string; content: unknown }[]
    const said = messages.filter(({ role }) => role !== 'system')
    const isSlow = JSON.stringify(said.at(-1)).includes('slow')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(chatChunk(isSlow ? 'half an answer' : `${said.length} messages`))
    if (isSlow) {
      await request.abandoned
      cut += 1
    }
    response.end(`${chatChunk('', 'stop')}data: [DONE]\n\n`)
  })
  fairlead = await startFairlead({ flags: ['--workers', '2'] })
  await fairlead.kubectl.apply(secret('up-key', 'api-key', 'sk-up'))
  await fairlead.kubectl.apply(provider('up', 'OpenAICompatible', `${upstream.url}/v1`))
  await fairlead.kubectl.apply(route('up', 'up-model', 'up'))
  await waitFor('the route', async () => {
    const call = freshCall(fairlead.endpoints, asked('hi'), {}, '/v1/responses')
    return (await call.began).status === 200
  })
  await waitFor('both workers', () => workersOf(fairlead).size === 2)
}, 90_000)
afterAll(async () => {
  await fairlead[Symbol.asyncDispose]()
  await upstream.stop()
})

const asked = (input: string, more: object = {}) => ({
  model: 'up-model',
  input,
  stream: true,
  ...more,
})

/** Begins a response, as a stream; resolves to the stream so far once it has the text. */
async function begin(input: string, text: string, more: object = {}): Promise<string> {
  const call = freshCall(fairlead.endpoints, asked(input, more), {}, '/v1/responses')
  return waitFor(text, () => call.received().includes(text) && call.received())
}

const idIn = (stream: string) => /"id":"(resp_\w+)"/.exec(stream)?.[1] ?? ''

async function show(id: string): Promise<Shown> {
  return JSON.parse(await freshCall(fairlead.endpoints, `/v1/responses/${id}`).ended) as Shown
}

const half = [{ type: 'message', content: [{ type: 'output_text', text: 'half an answer' }] }]
const background = { background: true }

it('a response is continued by another worker', async () => {
  const first = await answeredBy(fairlead, 0, () => begin('one', 'response.completed'))
  const more = { previous_response_id: idIn(first) }
  const second = await answeredBy(fairlead, 1, () => begin('two', 'response.completed', more))
  expect(second).toContain('3 messages')
  expect(await answeredBy(fairlead, 0, () => show(idIn(second)))).toMatchObject({
    status: 'completed',
  })
})

it('a response is followed and cancelled by another worker than the one that makes it', async () => {
  const begun = await answeredBy(fairlead, 0, () => begin('slow', 'half an answer', background))
  const id = idIn(begun)
  const before = cut
  const path = `/v1/responses/${id}`
  await waitFor('what came', async () => JSON.stringify(await show(id)).includes('half an answer'))
  const followed = await answeredBy(fairlead, 1, async () => {
    const call = freshCall(fairlead.endpoints, `${path}?stream=true&starting_after=1`)
    await call.began
    return call
  })
  // Neither stands still now: the one that is asked may be either.
  const cancelled = freshCall(fairlead.endpoints, {}, {}, `${path}/cancel`)
  expect(JSON.parse(await cancelled.ended)).toMatchObject({ id, status: 'cancelled', output: half })
  await waitFor('the provider to be cut', () => cut === before + 1)
  const told = await followed.ended
  expect(told).toContain('half an answer')
  expect(told).not.toContain('response.created')
  expect(told).toContain('"status":"cancelled"')
})

it('a response fails, with what came, when its worker is killed', async () => {
  const begun = await answeredBy(fairlead, 0, () => begin('slow', 'half an answer', background))
  const id = idIn(begun)
  await waitFor('what came', async () => JSON.stringify(await show(id)).includes('half an answer'))
  const killed = pidOf(fairlead, 0)
  process.kill(killed, 'SIGKILL')
  const failed = await waitFor('its end', async () => {
    const shown = await shownOrGone(id)
    return shown?.status === 'failed' && shown
  })
  expect(failed).toMatchObject({ output: half, error: { code: 'server_error' } })
  await waitFor('the worker that takes its place', () => pidOf(fairlead, 0) !== killed)
})

/** Undefined while the connection went to a worker that is gone. */
async function shownOrGone(id: string): Promise<Shown | undefined> {
  return show(id).catch(() => undefined)
}
