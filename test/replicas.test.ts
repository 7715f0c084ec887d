import { startPostgresServer, startRedisServer } from '@fairlead/base/testing'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chatChunk } from './support/chat-chunk.ts'
import { startCommand } from './support/command.ts'
import { type Endpoints, startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { freshCall, type FreshCall } from './support/fresh-call.ts'
import { manifest, provider, route, secret } from './support/manifests.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { json, startUpstream, type Upstream } from './support/upstream.ts'
import { waitFor } from './support/wait-for.ts'

interface ChatMessage {
  readonly role: string
}

/** Streams wait for this after their first words. */
let goOn = Promise.withResolvers<void>()
let upstream: Upstream
beforeAll(async () => {
  upstream = await startUpstream(async (response, request) => {
    const messages = request.body['messages'] as ChatMessage[]
    const count = messages.filter(({ role }) => role !== 'system').length
    const message = { role: 'assistant', content: `${count} messages` }
    if (request.body['stream'] !== true) {
      const choices = [{ index: 0, message, finish_reason: 'stop' }]
      const about = { id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'm' }
      return json({ ...about, choices })(response, request)
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(chatChunk('half an answer'))
    await Promise.race([goOn.promise, request.abandoned])
    response.end(`${chatChunk(', and the rest', 'stop')}data: [DONE]\n\n`)
  })
})
afterAll(() => upstream.stop())

function release(): void {
  goOn.resolve()
  goOn = Promise.withResolvers()
}

/** A replica that a test calls. */
interface Replica {
  readonly endpoints: Endpoints
}

/** A program whose gateway has its conversations on the server of the URL. */
async function startOn(type: 'Redis' | 'Postgres', url: string): Promise<FairleadProcess> {
  const fairlead = await startFairlead()
  const { kubectl } = fairlead
  const server = { urlSecretRef: { name: 'store-server' } }
  const spec = type === 'Redis' ? { type, redis: server } : { type, postgres: server }
  await kubectl.apply(secret('up-key', 'api-key', 'sk-up'))
  await kubectl.apply(secret('store-server', 'url', url))
  await kubectl.apply(provider('up', 'OpenAICompatible', `${upstream.url}/v1`))
  await kubectl.apply(route('up', 'up-model', 'up'))
  await kubectl.apply(manifest('ConversationStore', 'shared', spec))
  const defaults = { spec: { defaults: { conversationStoreRef: { name: 'shared' } } } }
  await kubectl('patch', 'llmgateway/default', '--type=merge', '-p', JSON.stringify(defaults))
  await usesShared(fairlead, 'first-of-one')
  return fairlead
}

/** Another gateway with the same configuration. */
async function startBeside({ endpoints }: FairleadProcess, dataDir: string) {
  const flags = ['--kubeconfig', endpoints.kubeconfig, '--data-dir', dataDir, '--workers', '1']
  const ports = ['--gateway-port', '0', '--admin-port', '0']
  const command = startCommand(['gateway', ...flags, ...ports], { FAIRLEAD_REPLICA: 'beside' })
  const gateway = await command.prints(/The gateway listens at (\S+)/)
  const replica = { endpoints: { ...endpoints, gateway }, command }
  await usesShared(replica, 'first-of-other')
  return replica
}

async function usesShared(replica: Replica, conversation: string): Promise<void> {
  await waitFor(
    'the store',
    async () => {
      await ask(replica, 'hi', { conversation }).ended
      const path = `/v1/conversations/${conversation}`
      return (await freshCall(replica.endpoints, path).ended).includes('"store":"shared"')
    },
    30_000,
  )
}

function ask(
  { endpoints }: Replica,
  content: string,
  about: { conversation: string; key?: string; context?: object; stream?: boolean },
): FreshCall {
  const { conversation, key, context, stream = false } = about
  const headers = {
    'x-fairlead-conversation': conversation,
    ...(key && { 'idempotency-key': key }),
  }
  const messages = [{ role: 'user', content }]
  return freshCall(endpoints, { model: 'up-model', stream, messages, context }, headers)
}

/** A streamed answer that has begun. */
async function streaming(replica: Replica, conversation: string, key?: string) {
  const call = ask(replica, 'long', { conversation, stream: true, ...(key && { key }) })
  await waitFor('the first words', () => call.received().includes('half an answer'))
  return call
}

async function turnsOf({ endpoints }: Replica, conversation: string) {
  const path = `/v1/conversations/${conversation}/turns`
  const body = JSON.parse(await freshCall(endpoints, path).ended) as {
    data: { status: string; output: unknown }[]
  }
  return body.data
}

const servers = [
  ['Redis', startRedisServer],
  ['Postgres', startPostgresServer],
] as const

describe.each(servers)('two gateways on one %s', (type, startServer) => {
  const started: AsyncDisposable[] = []
  const folder = temporaryFolder()
  let one: Awaited<ReturnType<typeof startBeside>>
  let other: FairleadProcess
  beforeAll(async () => {
    const server = await startServer()
    started.push(server)
    other = await startOn(type, server.url)
    started.push(other)
    one = await startBeside(other, join(folder.path, 'data'))
    started.push(one.command)
  }, 180_000)
  afterAll(async () => {
    for (const process of started.toReversed()) await process[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  }, 60_000)

  it('have the same conversations, one turn at a time', async () => {
    for (const [round, fairlead] of [one, other, one].entries()) {
      const answer = await ask(fairlead, `go on ${round}`, { conversation: 'moving' }).ended
      expect(answer).toContain(`${2 * round + 1} messages`)
    }
    const first = await streaming(one, 'busy')
    const rejecting = { conversation: 'busy', context: { on_concurrent: 'reject' } }
    expect((await ask(other, 'short', rejecting).began).status).toBe(400)
    const waiting = ask(other, 'short', { conversation: 'busy' })
    release()
    expect(await first.ended).toContain('[DONE]')
    expect(await waiting.ended).toContain('3 messages')
  })

  it('stop on one what runs on the other', async () => {
    const call = await streaming(one, 'stopped')
    const path = '/v1/conversations/stopped/cancel'
    const cancelled = JSON.parse(await freshCall(other.endpoints, {}, {}, path).ended) as unknown
    expect(cancelled).toMatchObject({ status: 'cancelled', output: [{}] })
    expect(await call.ended).toContain('turn_cancelled')
    expect(await ask(other, 'short', { conversation: 'stopped' }).ended).toContain('3 messages')
  })

  it('join on one what runs on the other, with the same key', async () => {
    const call = await streaming(one, 'joined', 'key-1')
    const joined = await streaming(other, 'joined', 'key-1')
    release()
    expect(await call.ended).toContain(', and the rest')
    expect(await joined.ended).toContain(', and the rest')
    expect((await turnsOf(other, 'joined')).map(({ status }) => status)).toEqual(['completed'])
  })

  it('resume on one a response that runs in the background on the other', async () => {
    const body = { model: 'up-model', input: 'long', background: true, stream: true }
    const call = freshCall(one.endpoints, body, {}, '/v1/responses')
    const id = await waitFor('the response', () => /resp_[0-9A-Z]+/.exec(call.received())?.[0])
    const resumed = freshCall(other.endpoints, `/v1/responses/${id}?stream=true&starting_after=0`)
    await waitFor('the first words', () => resumed.received().includes('half an answer'))
    release()
    expect(await resumed.ended).toContain('response.completed')
    expect(await call.ended).toContain('response.completed')
  })

  it('one that is killed loses nothing that was acknowledged, and holds up nobody for long', async () => {
    await ask(one, 'before', { conversation: 'dying' }).ended
    const call = await streaming(one, 'dying')
    await waitFor('the flush', async () =>
      JSON.stringify(await turnsOf(other, 'dying')).includes('half an answer'),
    )
    one.command.kill('SIGKILL')
    await expect(call.ended).rejects.toThrow()
    const next = ask(other, 'after', { conversation: 'dying' })
    expect((await next.began).status).toBe(200)
    expect(await next.ended).toContain('5 messages')
    const turns = await turnsOf(other, 'dying')
    expect(turns.map(({ status }) => status)).toEqual(['completed', 'incomplete', 'completed'])
    expect(JSON.stringify(turns[1]?.output)).toContain('half an answer')
  }, 90_000)
})
