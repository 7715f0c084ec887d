import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DocumentServer, served, startDocumentServer } from './support/document-server.ts'
import { type FairleadProcess, startFairlead } from './support/fairlead-process.ts'
import { manifest, provider, secret } from './support/manifests.ts'
import { post } from './support/sdk.ts'
import { pdfOfPages } from '../packages/knowledge/src/test-support/pdf-of-pages.ts'
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
const base = (name: string, sources: readonly object[], more: object = {}) =>
  manifest('KnowledgeBase', name, { sources, ...more })

/** Texts that a search finds. */
async function found(name: string, query: string): Promise<readonly string[]> {
  const answer = await post(fairlead.endpoints, `/v1/vector_stores/${name}/search`, { query })
  const { data } = (await answer.json()) as {
    readonly data?: readonly { readonly content: readonly { readonly text: string }[] }[]
  }
  if (data === undefined) throw new Error(`the search has status ${answer.status}`)
  return data.flatMap(({ content }) => content.map(({ text }) => text))
}
const finds = (name: string, query: string, text: string) =>
  waitFor(text, async () => (await found(name, query)).some((one) => one.includes(text)))

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

    await fairlead.kubectl.apply(base('handbook', [configMap]))
    await asks('How much leave is there?', '25 days of leave')
    await fairlead.kubectl.apply(texts({ 'leave.md': '# Leave\n\nLeave is 31 days now.' }))
    await asks('How much leave is there, again?', '31 days now')
    documents.documents.set('/travel.html', served('<p>Trains before planes.</p>', 'text/html'))
    await fairlead.kubectl.apply(base('handbook', [configMap, http('/travel.html')]))
    const plan = await asks('May I take planes or trains?', 'Trains before planes')
    expect(plan).toContain('"kind":"knowledge"')
  })

  it('says how it stands, in words and figures', async () => {
    // What is found at once is told a moment later.
    const ready = await waitFor('both sources', async () => {
      const one = await condition('handbook', 'Ready')
      return one?.message === '2 passages are indexed' ? one : undefined
    })
    expect(ready).toMatchObject({ status: 'True', reason: 'Ready' })
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

describe('a bad day', () => {
  it('of some documents leaves the others, and says what failed', async () => {
    const pages = documents.documents
    pages.set('/good.md', served('Cherries ripen in June.'))
    pages.set(
      '/manual.pdf',
      served(pdfOfPages([['Quinces ripen in October.']], 'Manual'), 'application/pdf'),
    )
    pages.set('/picture.png', served('no text', 'image/png'))
    pages.set('/huge.md', served('x'.repeat(17 * 1024 * 1024)))
    pages.set(
      '/hangs.md',
      (response) => void response.writeHead(200, { 'content-type': 'text/plain' }),
    )
    const source = http(
      '/missing.md',
      '/huge.md',
      '/picture.png',
      '/good.md',
      '/manual.pdf',
      '/hangs.md',
    )
    await fairlead.kubectl.apply(base('fruits', [source]))
    await finds('fruits', 'When do cherries ripen?', 'in June')
    await finds('fruits', 'When do quinces ripen?', 'in October')
    const failed = await waitFor(
      'the failures',
      async () => {
        const ready = await condition('fruits', 'Ready')
        return ready?.reason === 'SourceFailed' ? ready : undefined
      },
      60_000,
    )
    expect(failed.message).toContain('/missing.md: the server answered with status 404')
    const { url } = documents
    expect(await statusOf('fruits')).toMatchObject({
      documents: 2,
      sources: [
        {
          failures: 4,
          nextRefresh: expect.any(String),
          problems: [
            `${url}/missing.md: the server answered with status 404`,
            `${url}/huge.md: it has more than 16777216 bytes`,
            `${url}/picture.png: it has the content type image/png, which is not read`,
            expect.stringMatching(/hangs.md: .* did not answer whole within 20 s/),
          ],
        },
      ],
    })
    // What is there is found all the same.
    expect(await found('fruits', 'cherries')).toHaveLength(1)
  }, 120_000)

  it('of the process leaves all that is indexed, and what was being read is read again', async () => {
    const pages = documents.documents
    const paths = Array.from({ length: 20 }, (_, number) => `/page-${number}.md`)
    for (const path of paths) pages.set(path, served(`Plums of ${path.slice(1)}.`))
    const reached = Promise.withResolvers<void>()
    pages.set('/page-10.md', () => reached.resolve())
    await fairlead.kubectl.apply(base('plums', [http(...paths)]))
    await reached.promise
    await finds('plums', 'plums of page-9.md', 'page-9.md')
    await fairlead.kill()
    pages.set('/page-10.md', served('Plums of page-10.md.'))
    fairlead = await fairlead.restart()
    await waitFor(
      'Ready',
      async () => (await condition('plums', 'Ready'))?.status === 'True',
      60_000,
    )
    expect(await statusOf('plums')).toMatchObject({ documents: 20, sources: [{ failures: 0 }] })
    for (const path of paths) await finds('plums', `plums of ${path.slice(1)}`, path.slice(1))
  }, 120_000)
})

it('vectors are made by a model of the gateway, and searched with words', async () => {
  await fairlead.kubectl.apply(manifest('LLMProvider', 'kb-vectors', { type: 'Simulator' }))
  const rule = {
    name: 'only',
    match: { models: ['kb-vectors'] },
    targets: [{ name: 'kb-vectors', providerRef: { name: 'kb-vectors' } }],
  }
  await fairlead.kubectl.apply(manifest('RoutingPolicy', 'kb-vectors', { rules: [rule] }))
  const index = { mode: 'Hybrid', embedding: { model: 'kb-vectors' } }
  await fairlead.kubectl.apply(base('near', [configMap], { index }))
  await waitFor('Ready', async () => (await condition('near', 'Ready'))?.status === 'True', 60_000)
  await finds('near', 'How many days of leave?', '31 days now')
  // Words that stand nowhere are near to something.
  await waitFor('something near', async () => (await found('near', 'zebra')).length > 0)
  const away = { mode: 'Hybrid', embedding: { model: 'nobody-makes-this' } }
  await fairlead.kubectl.apply(base('near', [configMap], { index: away }))
  const failed = await waitFor('SourceFailed', async () => {
    const ready = await condition('near', 'Ready')
    return ready?.reason === 'SourceFailed' ? ready : undefined
  })
  expect(failed.message).toContain('nobody-makes-this')
  await finds('near', 'days of leave', '31 days now')
}, 120_000)
