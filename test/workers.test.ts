import { Agent } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { chatChunk } from './support/chat-chunk.ts'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { freshCall, type FreshCall } from './support/fresh-call.ts'
import { manifest, provider, route, secret } from './support/manifests.ts'
import { json, startUpstream, type Upstream } from './support/upstream.ts'
import { waitFor } from './support/wait-for.ts'
import { answeredBy, pidOf, workersOf } from './support/workers.ts'

interface ChatMessage {
  readonly role: string
  readonly content: string
}

const reply = (content: string) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
})

/** Streams wait for this after their first words. */
let goOn: PromiseWithResolvers<void>
let upstream: Upstream
beforeAll(async () => {
  goOn = Promise.withResolvers()
  upstream = await startUpstream(async (response, request) => {
    const all = request.body['messages'] as ChatMessage[]
    // Without the quickstart's persona.
    const messages = all.filter(({ role }) => role !== 'system')
    if (request.body['stream'] !== true) {
      return json(reply(`${messages.length} messages`))(response, request)
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(chatChunk('half an answer'))
    await Promise.race([goOn.promise, request.abandoned])
    response.end(`${chatChunk(', and the rest', 'stop')}data: [DONE]\n\n`)
  })
})
afterAll(() => upstream.stop())

/** A program with a provider that the test controls. */
async function start(flags: readonly string[]): Promise<FairleadProcess> {
  const fairlead = await startFairlead({ flags })
  await fairlead.kubectl.apply(secret('up-key', 'api-key', 'sk-up'))
  await fairlead.kubectl.apply(provider('up', 'OpenAI', `${upstream.url}/v1`))
  await fairlead.kubectl.apply(route('up', 'up-model', 'up'))
  await waitFor('the route', async () => (await ask(fairlead, 'hi').began).status === 200)
  return fairlead
}

const ask = (
  { endpoints }: FairleadProcess,
  content: string,
  {
    conversation,
    context,
    stream = false,
  }: { conversation?: string; context?: object; stream?: boolean } = {},
): FreshCall =>
  freshCall(
    endpoints,
    { model: 'up-model', stream, messages: [{ role: 'user', content }], context },
    conversation === undefined ? {} : { 'x-fairlead-conversation': conversation },
  )

async function metric(fairlead: FairleadProcess, name: string): Promise<number> {
  const text = await (await fetch(`${fairlead.endpoints.admin}/metrics`)).text()
  return text
    .split('\n')
    .filter((line) => line.startsWith(name))
    .reduce((total, line) => total + Number(line.split(' ').at(-1)), 0)
}

async function turnsOf(fairlead: FairleadProcess, conversation: string) {
  const path = `/v1/conversations/${conversation}/turns`
  const body = JSON.parse(await freshCall(fairlead.endpoints, path).ended) as {
    data: { status: string; output: unknown }[]
  }
  return body.data
}

async function replicasOf(fairlead: FairleadProcess) {
  const shown = await fairlead.kubectl('get', 'llmgateway/default', '-o', 'json')
  const { status } = JSON.parse(shown) as {
    status: {
      replicas: { name: string; configHash: string }[]
      conditions: { type: string; status: string; message: string }[]
    }
  }
  const programmed = status.conditions.find(({ type }) => type === 'Programmed')
  return { names: status.replicas.map(({ name }) => name).toSorted(), programmed }
}

/** Calls one after the other, eight at a time, until it is told to stop. */
function load(fairlead: FairleadProcess) {
  const counts = { answered: 0, failed: 0 }
  let done = false
  const caller = async () => {
    while (!done) {
      try {
        const { began, ended } = ask(fairlead, 'load')
        const { status } = await began
        await ended
        if (status === 200) counts.answered += 1
        else counts.failed += 1
      } catch {
        counts.failed += 1
      }
    }
  }
  const callers = Array.from({ length: 8 }, caller)
  return {
    counts,
    async stop() {
      done = true
      await Promise.all(callers)
    },
  }
}

describe('two workers', () => {
  let fairlead: FairleadProcess
  beforeAll(async () => {
    fairlead = await start(['--workers', '2'])
    await waitFor('both workers', () => workersOf(fairlead).size === 2)
  }, 90_000)
  afterAll(() => fairlead[Symbol.asyncDispose]())

  it('report like two replicas', async () => {
    const { names } = await waitFor('both reports', async () => {
      const found = await replicasOf(fairlead)
      return found.names.length === 2 && found.programmed?.status === 'True' && found
    })
    expect(names.map((name) => name.slice(-2))).toEqual(['-0', '-1'])
    expect(await metric(fairlead, 'fairlead_gateway_workers')).toBe(2)
  })

  it('both answer, and a conversation works whichever does', async () => {
    for (const [round, index] of [0, 1, 0].entries()) {
      const answer = await answeredBy(
        fairlead,
        index,
        () => ask(fairlead, `go on ${round}`, { conversation: 'moving' }).ended,
      )
      expect(answer).toContain(`${2 * round + 1} messages`)
    }
    const turns = await turnsOf(fairlead, 'moving')
    expect(turns.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed'])
  })

  it('both show a call that one of them answered', async () => {
    const { headers } = await answeredBy(fairlead, 0, async () => {
      const call = ask(fairlead, 'remember this')
      await call.ended
      return call.began
    })
    const path = `/v1/requests/${String(headers['x-fairlead-request-id'])}`
    for (const index of [0, 1]) {
      const found = await waitFor('the request', () =>
        answeredBy(fairlead, index, async () => {
          const shown = freshCall(fairlead.endpoints, path)
          return (await shown.began).status === 200 && (await shown.ended)
        }),
      )
      expect(JSON.parse(found)).toMatchObject({
        provider: 'default/up',
        attempts: [{ outcome: 'Success', status: 200 }],
      })
    }
  })

  it('keep to one turn at a time in a conversation', async () => {
    const first = await answeredBy(fairlead, 0, async () => {
      const call = ask(fairlead, 'long', { conversation: 'busy', stream: true })
      await waitFor('the first words', () => call.received().includes('half an answer'))
      return call
    })
    const context = { on_concurrent: 'reject' }
    const second = await answeredBy(
      fairlead,
      1,
      () => ask(fairlead, 'short', { conversation: 'busy', context }).began,
    )
    expect(second.status).toBe(400)
    expect(Number(second.headers['retry-after'])).toBeGreaterThan(0)
    goOn.resolve()
    goOn = Promise.withResolvers()
    expect(await first.ended).toContain('[DONE]')
    expect(await ask(fairlead, 'short', { conversation: 'busy' }).ended).toContain('3 messages')
  })

  it('cancel a turn whichever of them runs it', async () => {
    const streamed = await answeredBy(fairlead, 0, async () => {
      const call = ask(fairlead, 'long', { conversation: 'stopped', stream: true })
      await waitFor('the first words', () => call.received().includes('half an answer'))
      return call
    })
    // A connection to the other worker, which can be used while both of them run.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    const { endpoints } = fairlead
    await answeredBy(fairlead, 1, () => freshCall(endpoints, '/v1/models', {}, '', agent).ended)
    const path = '/v1/conversations/stopped/cancel'
    const cancelled = await freshCall(endpoints, {}, {}, path, agent).ended
    expect(JSON.parse(cancelled)).toMatchObject({ status: 'cancelled', input: [{}], output: [{}] })
    expect(await streamed.ended).toContain('turn_cancelled')
    const next = ask(fairlead, 'short', { conversation: 'stopped' })
    expect(await next.ended).toContain('3 messages')
  })

  it('one that is killed under load harms no call of the other, and is replaced at once', async () => {
    const open = async (index: number, conversation: string) =>
      answeredBy(fairlead, index, async () => {
        const call = ask(fairlead, 'long', { conversation, stream: true })
        await waitFor('the first words', () => call.received().includes('half an answer'))
        return call
      })
    const [dying, living] = [await open(0, 'dying'), await open(1, 'living')]
    await waitFor('the flush', async () =>
      JSON.stringify(await turnsOf(fairlead, 'dying')).includes('half an answer'),
    )
    const traffic = load(fairlead)
    const { counts } = traffic
    await waitFor('load', () => counts.answered > 50)
    const before = await metric(fairlead, 'fairlead_gateway_requests_total')
    const old = pidOf(fairlead, 0)

    const killedAt = performance.now()
    process.kill(old, 'SIGKILL')
    await expect(dying.ended).rejects.toThrow()
    const cut = await waitFor('the end of the turn', async () => {
      const [turn] = await turnsOf(fairlead, 'dying')
      return turn?.status === 'incomplete' && turn
    })
    expect(JSON.stringify(cut.output)).toContain('half an answer')
    await waitFor('the replacement', () => workersOf(fairlead).get(0) !== old)
    // Well under a second by itself; here it shares its cores with the load.
    expect(performance.now() - killedAt).toBeLessThan(4000)

    const { failed, answered } = counts
    await waitFor('more load', () => counts.answered > answered + 50)
    await traffic.stop()
    // Only what the dead worker was answering has failed, at most one call of each caller.
    expect(failed).toBeLessThanOrEqual(8)
    expect(counts.failed).toBe(failed)
    expect(await metric(fairlead, 'fairlead_gateway_requests_total')).toBeGreaterThan(before)
    expect(await metric(fairlead, 'fairlead_gateway_worker_restarts_total')).toBe(1)
    goOn.resolve()
    goOn = Promise.withResolvers()
    expect(await living.ended).toContain('[DONE]')
    expect(await ask(fairlead, 'after', { conversation: 'dying' }).ended).toContain('3 messages')
    expect((await turnsOf(fairlead, 'living')).map(({ status }) => status)).toEqual(['completed'])
  })

  it('drain on SIGTERM, and none is left', async () => {
    const pids = [...workersOf(fairlead).values()]
    const calls = await Promise.all(
      [0, 1, 2, 3].map(async () => {
        const call = ask(fairlead, 'long', { stream: true })
        await waitFor('the first words', () => call.received().includes('half an answer'))
        return call
      }),
    )
    const stopped = fairlead.stop()
    await waitFor('refusal', async () =>
      ask(fairlead, 'late').began.then(
        () => false,
        () => true,
      ),
    )
    goOn.resolve()
    goOn = Promise.withResolvers()
    for (const { ended } of calls) expect(await ended).toContain('[DONE]')
    expect(await stopped).toBe(0)
    expect(pids.filter(isRunning)).toEqual([])
  })
})

describe('one worker', () => {
  let fairlead: FairleadProcess
  beforeAll(async () => {
    fairlead = await start([])
  }, 90_000)
  afterAll(() => fairlead[Symbol.asyncDispose]())

  it('keeps the connections that wait while it is replaced', async () => {
    await waitFor('the worker', () => workersOf(fairlead).size === 1)
    const old = pidOf(fairlead, 0)
    process.kill(old, 'SIGSTOP')
    const waiting = Array.from({ length: 20 }, (_, index) => ask(fairlead, `waiting ${index}`))
    process.kill(old, 'SIGKILL')
    const answers = await Promise.all(waiting.map(({ began }) => began))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
  })

  it('becomes several and one again, as the LLMGateway says', async () => {
    const scale = (workers: number) =>
      fairlead.kubectl(
        'patch',
        'llmgateway/default',
        '--type=merge',
        '-p',
        JSON.stringify({ spec: { workers } }),
      )
    const { names: alone } = await replicasOf(fairlead)
    expect(alone).toHaveLength(1)
    await scale(3)
    const { names } = await waitFor('three replicas', async () => {
      const found = await replicasOf(fairlead)
      return found.names.length === 3 && found.programmed?.status === 'True' && found
    })
    expect(names).toEqual(['-0', '-1', '-2'].map((suffix) => `${alone[0]}${suffix}`))
    const traffic = load(fairlead)
    const { counts } = traffic
    await scale(1)
    await waitFor('one replica', async () => (await replicasOf(fairlead)).names.length === 1)
    expect((await replicasOf(fairlead)).names).toEqual(alone)
    await traffic.stop()
    expect(counts.failed).toBe(0)
    const refused = await fairlead.kubectl.run(
      ['apply', '-f', '-'],
      manifest('LLMGateway', 'many', { workers: 65 }),
    )
    expect(refused.stderr).toContain('spec.workers')
  })

  it('goes with its primary process, also when that is killed', async () => {
    const pids = [...workersOf(fairlead).values()]
    await fairlead.kill()
    await waitFor('the end of all workers', () => !pids.some(isRunning))
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
