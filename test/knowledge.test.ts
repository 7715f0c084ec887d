import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DocumentServer, served, startDocumentServer } from './support/document-server.ts'
import { type FairleadProcess, startFairlead } from './support/fairlead-process.ts'
import { manifest, provider, secret } from './support/manifests.ts'
import { post } from './support/sdk.ts'
import { json, startUpstream, type Upstream } from './support/upstream.ts'
import { waitFor } from './support/wait-for.ts'

let fairlead: FairleadProcess
let upstream: Upstream
let documents: DocumentServer

const completion = json({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
})

beforeAll(async () => {
  ;[fairlead, upstream, documents] = await Promise.all([
    startFairlead({ flags: ['--workers', '2'] }),
    startUpstream(completion),
    startDocumentServer(),
  ])
  await fairlead.kubectl.apply(secret('kb-model-key', 'api-key', 'sk-kb'))
  await fairlead.kubectl.apply(provider('kb-model', 'OpenAI', `${upstream.url}/v1`))
  await fairlead.kubectl.apply(
    manifest('RoutingPolicy', 'kb-model', {
      rules: [
        {
          name: 'only',
          match: { models: ['kb-model'] },
          targets: [{ name: 'kb-model', providerRef: { name: 'kb-model' } }],
        },
      ],
    }),
  )
}, 90_000)
afterAll(async () => {
  await Promise.all([fairlead[Symbol.asyncDispose](), upstream.stop(), documents.stop()])
})

const texts = (data: Readonly<Record<string, string>>) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'policies', namespace: 'default' },
    data,
  })
const configMap = { name: 'policies', configMapRef: { name: 'policies' } }
const http = (...paths: readonly string[]) => ({
  name: 'site',
  http: { urls: paths.map((path) => `${documents.url}${path}`), refresh: '1m' },
})
const base = (sources: readonly object[], more: object = {}) =>
  manifest('KnowledgeBase', 'handbook', { sources, ...more })

async function statusOf(name: string): Promise<Record<string, unknown>> {
  const { stdout } = await fairlead.kubectl.run(['get', 'llmkb', name, '-o', 'json'])
  return (JSON.parse(stdout) as { status: Record<string, unknown> }).status
}
const condition = async (name: string, type: string) => {
  const { conditions = [] } = (await statusOf(name)) as {
    conditions?: readonly { type: string; status: string; reason: string; message: string }[]
  }
  return conditions.find((one) => one.type === type)
}

describe('a knowledge base with sources', () => {
  it('changes the next turn of a live conversation, whose plan shows it', async () => {
    const knowledge = { bases: [{ ref: { name: 'handbook' } }] }
    await fairlead.kubectl.apply(manifest('ContextStrategy', 'grounded', { knowledge }))
    await fairlead.kubectl.apply(
      texts({ 'leave.md': '# Leave\n\nEverybody has 25 days of leave.' }),
    )
    let turn = 0
    const ask = async (question: string) => {
      const response = await post(
        fairlead.endpoints,
        '/v1/chat/completions',
        { model: 'kb-model', messages: [{ role: 'user', content: `${question} (${turn++})` }] },
        { 'x-fairlead-conversation': 'grounded-chat', 'x-fairlead-strategy': 'grounded' },
      )
      await response.text()
      const { apiKey, gateway } = fairlead.endpoints
      const plan = await fetch(`${gateway}/v1/plans/${response.headers.get('x-fairlead-plan')}`, {
        headers: { authorization: `Bearer ${apiKey}` },
      })
      return {
        plan: JSON.stringify(await plan.json()),
        sent: JSON.stringify(upstream.requests.at(-1)?.body),
      }
    }
    const asks = (question: string, text: string) =>
      waitFor(text, async () => {
        const { plan, sent } = await ask(question)
        return sent.includes(text) && plan.includes('default/handbook') ? plan : undefined
      })

    await fairlead.kubectl.apply(base([configMap]))
    await asks('How much leave is there?', '25 days of leave')
    await fairlead.kubectl.apply(texts({ 'leave.md': '# Leave\n\nLeave is 31 days now.' }))
    await asks('How much leave is there, again?', '31 days now')
    documents.documents.set('/travel.html', served('<p>Trains before planes.</p>', 'text/html'))
    await fairlead.kubectl.apply(base([configMap, http('/travel.html')]))
    const plan = await asks('May I take planes or trains?', 'Trains before planes')
    expect(plan).toContain('"kind":"knowledge"')
  })

  it('says how it stands, in words and figures', async () => {
    const ready = await waitFor('Ready', async () => {
      const one = await condition('handbook', 'Ready')
      return one?.status === 'True' ? one : undefined
    })
    expect(ready).toMatchObject({ reason: 'Ready', message: '2 passages are indexed' })
    expect(await condition('handbook', 'Accepted')).toMatchObject({ status: 'True' })
    const source = { documents: 1, passages: 1, failures: 0, bytes: expect.any(Number) }
    expect(await statusOf('handbook')).toMatchObject({
      mode: 'BM25',
      documents: 2,
      passages: 2,
      sources: [
        { ...source, name: 'policies', lastSuccess: expect.any(String) },
        { ...source, name: 'site', lastSuccess: expect.any(String) },
      ],
    })
    const { stdout } = await fairlead.kubectl.run(['get', 'llmkb', 'handbook'])
    expect(stdout).toMatch(/handbook +BM25 +2 +2 +True +True/)
    const metrics = await (await fetch(`${fairlead.endpoints.admin}/metrics`)).text()
    expect(metrics).toContain(
      'fairlead_knowledge_passages{base="default/handbook",source="site"} 1',
    )
    expect(metrics).toMatch(
      /fairlead_knowledge_refreshes_total\{base="default\/handbook",source="policies",outcome="read"\} [1-9]/,
    )
  })
})
