import { startCommand } from '../support/command.ts'
import { startFairlead, type FairleadProcess } from '../support/fairlead-process.ts'
import { freshCall } from '../support/fresh-call.ts'
import { manifest, provider, secret } from '../support/manifests.ts'
import { json, startUpstream } from '../support/upstream.ts'
import { waitFor } from '../support/wait-for.ts'
import { readScrape, type Scrape } from './scraped-series.ts'

/** A Fairlead, and an operator beside it, which all that can be counted has happened to. */
interface WatchedFairlead {
  /** By the job under which Prometheus would know it. */
  scrape(): Promise<ReadonlyMap<string, Scrape>>
  /** Makes everything happen once more. */
  makeCalls(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const gatewayRefs = [{ name: 'default' }]
const targetRefs = [{ kind: 'LLMGateway', name: 'default' }]
const price = { inputPerMillion: '1', outputPerMillion: '2' }
const simulator = (name: string, spec: object = {}) =>
  manifest('LLMProvider', name, {
    type: 'Simulator',
    models: [{ name: 'm', price }],
    ...spec,
  })
const toTarget = (name: string) => ({ name, providerRef: { name }, model: 'm' })
const rule = (model: string, targets: readonly string[], more: object = {}) => ({
  name: model,
  match: { models: [model] },
  strategy: 'Priority',
  targets: targets.map(toTarget),
  retry: { attempts: 0, conditions: ['ServerError'] },
  ...more,
})

/** The configuration: one model for each thing that can happen to a call. */
const manifests = (upstream: string) => [
  secret('quota-key', 'api-key', 'sk-quota'),
  provider('quota', 'OpenAI', `${upstream}/v1`, {
    models: [{ name: 'm' }, { name: 'missing' }, { name: 'busy' }],
  }),
  simulator('works'),
  simulator('down', { simulator: { failure: { status: 503 } } }),
  simulator('refuses', { simulator: { failure: { status: 401 } } }),
  manifest('RoutingPolicy', 'watched', {
    gatewayRefs,
    rules: [
      {
        ...rule('by-condition', ['works']),
        match: { cel: "request.headers['x-absent'] == 'x'" },
      },
      rule('works', ['works'], {
        mirror: { providerRef: { name: 'works' }, model: 'm', percent: 100 },
      }),
      rule('falls-over', ['down', 'works'], {
        retry: { attempts: 1, conditions: ['ServerError'] },
      }),
      rule('fails', ['down']),
      rule('refused', ['refuses']),
      rule('quota', ['quota']),
      { ...rule('busy', []), targets: [{ ...toTarget('quota'), model: 'busy' }] },
      { ...rule('missing', []), targets: [{ ...toTarget('quota'), model: 'missing' }] },
    ],
  }),
  manifest('RoutingPolicy', 'nowhere', {
    gatewayRefs,
    rules: [{ ...rule('nowhere', []), targets: [toTarget('absent')] }],
  }),
  manifest('PromptTemplate', 'priced', {
    versions: [{ name: '1', messages: [{ role: 'user', content: 'Hi' }], model: 'works' }],
    expose: { path: '/priced' },
  }),
  manifest('UsagePolicy', 'few', {
    targetRefs,
    match: { models: ['refused'] },
    limits: [{ name: 'few', requests: 1, window: { every: '1h' } }],
  }),
  // half of it is used by the second time that everything happens
  manifest('UsagePolicy', 'half', {
    targetRefs,
    match: { models: ['falls-over'] },
    limits: [{ name: 'half', requests: 8, window: { every: '1h' }, warnAt: [50] }],
  }),
  manifest('UsagePolicy', 'fails', {
    targetRefs,
    match: { cel: "request.headers['x-absent'] == 'x'" },
    limits: [{ name: 'many', requests: 1_000_000, window: { every: '1h' } }],
  }),
  manifest('AccessPolicy', 'shadow', {
    targetRefs,
    mode: 'Shadow',
    action: 'Deny',
    resources: { models: ['works'] },
  }),
  manifest('AccessPolicy', 'fails', {
    targetRefs,
    mode: 'Shadow',
    action: 'Deny',
    subjects: { cel: "claims.absent == 'x'" },
    resources: { models: ['quota'] },
  }),
]

export async function startWatchedFairlead(): Promise<WatchedFairlead> {
  await using started = new AsyncDisposableStack()
  const upstream = await startUpstream((response, asked) => {
    if (asked.path.endsWith('/traces')) return json({}, 400)(response, asked)
    if (asked.body['model'] === 'busy') return json({}, 429)(response, asked)
    if (asked.body['model'] === 'missing') return json({}, 404)(response, asked)
    const headers = {
      'x-ratelimit-limit-requests': '100',
      'x-ratelimit-remaining-requests': '40',
      'x-ratelimit-reset-requests': '10s',
    }
    return json(completion, 200, headers)(response, asked)
  })
  started.defer(() => upstream.stop())
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: upstream.url }
  const fairlead = started.use(await startFairlead({ environment }))
  const { kubeconfig } = fairlead.endpoints
  for (const text of manifests(upstream.url)) await fairlead.kubectl.apply(text)
  const ports = ['--host', '127.0.0.1', '--admin-port', '0']
  const operator = started.use(startCommand(['operator', '--kubeconfig', kubeconfig, ...ports]))
  const operatorAdmin = await operator.prints(/metrics and probes at (\S+)/)
  await waitFor('the route', async () => (await status(fairlead, { model: 'works' })) === 200)
  const parts = started.move()
  return {
    async scrape() {
      const texts = await Promise.all([
        textOf(`${fairlead.endpoints.admin}/metrics`),
        textOf(`${operatorAdmin}/metrics`),
        fairlead.kubectl('get', '--raw', '/metrics'),
      ])
      const jobs = ['fairlead', 'operator', 'apiserver'] as const
      return new Map(jobs.map((job, index) => [job, readScrape(texts[index] ?? '')]))
    },
    makeCalls: () => makeCalls(fairlead),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

async function makeCalls(fairlead: FairleadProcess): Promise<void> {
  const conversation = { 'x-fairlead-conversation': 'watched' }
  const calls: readonly (readonly [body: object, headers?: Record<string, string>])[] = [
    [{ model: 'works' }],
    [{ model: 'works', stream: true }],
    [{ model: 'works' }, conversation],
    [{ model: 'refused' }, conversation],
    [{ model: 'assistant' }],
    ...Array.from({ length: 2 }, () => [{ model: 'falls-over' }] as const),
    [{ model: 'refused' }],
    [{ model: 'missing' }],
    [{ model: 'busy' }],
    ...Array.from({ length: 6 }, () => [{ model: 'fails' }] as const),
    [{ model: 'quota' }],
    [{ model: 'nowhere' }],
    [{ model: 'unknown' }],
  ]
  for (const [body, headers] of calls) await status(fairlead, body, headers)
  const prompt = freshCall(fairlead.endpoints, {}, {}, '/prompts/default/priced')
  await prompt.ended
}

async function status(
  { endpoints }: FairleadProcess,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const messages = [{ role: 'user', content: 'Tell me a story of ten words or more, please' }]
  const call = freshCall(endpoints, { messages, ...body }, headers)
  const answer = await call.began
  await call.ended
  return answer.status
}

async function textOf(url: string): Promise<string> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return response.text()
}

const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
}
