import { ContextStrategy, Persona, PromptTemplate } from '@fairlead/api'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { addProvider, startFairlead, type BenchedFairlead } from './fairlead.ts'
import { median, quantile } from './statistics.ts'

const changesPerKind = 20
/** Far longer than any reasonable time: reaching it means a failure, which is reported. */
const effectMsMax = 10_000

/** From sending the change to the API server until a call shows it. */
export async function liveChange(folder: string): Promise<void> {
  const upstream = await startMirror()
  const fairlead = await startFairlead(folder, { Persona, ContextStrategy, PromptTemplate })
  await addProvider(fairlead, 'one', `${upstream.url}/one`)
  process.stdout.write('\nfrom apply to effect on the next call, no restart\n')
  const all: number[] = []
  for (const [kind, change] of Object.entries(changesOf(fairlead, upstream.url))) {
    const times: number[] = []
    for (let n = 0; n < changesPerKind; n++) times.push(await change(n))
    all.push(...times)
    process.stdout.write(
      `  ${kind.padEnd(16)} median ${median(times).toFixed(1)} ms, worst ${Math.max(...times).toFixed(1)} ms\n`,
    )
  }
  process.stdout.write(
    `  ${'all'.padEnd(16)} median ${median(all).toFixed(1)} ms, p95 ${quantile(all, 0.95).toFixed(1)} ms, ` +
      `worst ${Math.max(...all).toFixed(1)} ms\n`,
  )
  await fairlead.stop()
  await upstream.stop()
}

type Change = (n: number) => Promise<number>

function changesOf(fairlead: BenchedFairlead, url: string): Readonly<Record<string, Change>> {
  const call = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`${fairlead.gateway}${path}`, {
      method: 'POST',
      headers: { ...fairlead.headers, ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return response.text()
  }
  const chat = (headers: Record<string, string> = {}) =>
    call(
      '/v1/chat/completions',
      { model: 'one-model', messages: [{ role: 'user', content: 'x' }] },
      headers,
    )
  const timed = async (apply: () => Promise<void>, ask: () => Promise<string>, sign: string) => {
    const start = performance.now()
    const applied = apply()
    let answer = await ask()
    while (!answer.includes(sign)) {
      if (performance.now() - start > effectMsMax) {
        throw new Error(`${sign} had no effect; the last answer was ${answer.slice(0, 1000)}`)
      }
      answer = await ask()
    }
    const effect = performance.now() - start
    await applied
    return effect
  }
  const planOf = async (strategy: string) => {
    conversation ??= await newConversation(strategy)
    if (conversation === undefined) return 'the strategy is not there yet'
    return call(`/v1/conversations/${conversation}/plan`, {
      model: 'one-model',
      messages: [{ role: 'user', content: 'x' }],
    })
  }
  const newConversation = async (strategy: string) => {
    const answer = await call('/v1/conversations', { context: { strategy } })
    return (JSON.parse(answer) as { readonly id?: string }).id
  }
  let conversation: string | undefined
  return {
    LLMProvider: (n) =>
      timed(
        () =>
          fairlead.apply('LLMProvider', 'one', {
            type: 'OpenAI',
            baseURL: `${url}/base${n}`,
            credentials: [{ name: 'main', secretRef: { name: 'bench-key', key: 'api-key' } }],
          }),
        () => chat(),
        `/base${n}/`,
      ),
    RoutingPolicy: (n) =>
      timed(
        () =>
          fairlead.apply('RoutingPolicy', 'one', {
            gatewayRefs: [{ name: 'default' }],
            rules: [
              {
                name: 'only',
                match: { models: ['one-model'] },
                strategy: 'Priority',
                targets: [{ name: 'one', providerRef: { name: 'one' }, model: `model-${n}` }],
              },
            ],
          }),
        () => chat(),
        `model-${n}`,
      ),
    PromptTemplate: (n) =>
      timed(
        () =>
          fairlead.apply('PromptTemplate', 'bench', {
            versions: Array.from({ length: n + 1 }, (_, version) => ({
              version: String(version),
              messages: [{ role: 'user', content: `version ${version}.` }],
              model: 'one-model',
            })),
            rollout: [{ version: String(n), weight: 100 }],
          }),
        () => call('/prompts/default/bench', {}),
        `version ${n}.`,
      ),
    Persona: (n) =>
      timed(
        () => fairlead.apply('Persona', 'bench', { instructions: `Persona ${n}.` }),
        () => chat({ 'x-fairlead-persona': 'bench' }),
        `Persona ${n}.`,
      ),
    ContextStrategy: (n) =>
      timed(
        () =>
          fairlead.apply('ContextStrategy', 'bench', {
            history: { mode: 'LastTurns', lastTurns: { turns: n + 1, slackTurns: 0 } },
          }),
        () => planOf('bench'),
        `"strategy":"bench@${n + 1}"`,
      ),
  }
}

/** A provider that responds with the path and body of the call. */
async function startMirror() {
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = []
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.on('end', () => {
      const content = `${incoming.url} ${Buffer.concat(parts).toString()}`
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({
          id: 'chatcmpl-1',
          object: 'chat.completion',
          created: 1,
          model: 'mirror',
          choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
        }),
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
