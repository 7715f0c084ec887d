import { addProvider, startFairlead } from './fairlead.ts'
import { load } from './load.ts'
import type { MeasuredProcess } from './measured-process.ts'
import { startPlainProxy, startStaticUpstream } from './nginx.ts'
import { portkeyHeaders, startPortkey } from './portkey.ts'
import {
  anthropicAnswer,
  anthropicStream,
  chatAnswer,
  chatRequest,
  chatStream,
} from './recorded-answers.ts'
import { eventually, median } from './statistics.ts'

const connections = 32
const seconds = 4
const rounds = 3
const ports = { upstream: 18_080, proxy: 18_081, portkey: 18_082 }

interface Shape {
  readonly name: string
  readonly title: string
  readonly bytes: number
  readonly stream: boolean
  /**
   * The vendor whose responses the upstream gives; peers and nginx are measured with OpenAI's only.
   */
  readonly provider?: 'Anthropic'
  /** Each call starts a conversation, which the gateway stores. */
  readonly conversation?: boolean
}

const shapes: readonly Shape[] = [
  { name: 'small', title: '1 KB bodies', bytes: 1_000, stream: false },
  { name: 'large', title: '100 KB bodies', bytes: 100_000, stream: false },
  { name: 'stream', title: 'stream of 200 chunks', bytes: 1_000, stream: true },
  {
    name: 'conversation',
    title: '1 KB bodies, each starting a stored conversation',
    bytes: 1_000,
    stream: false,
    conversation: true,
  },
  {
    name: 'anthropic',
    title: '1 KB bodies, translated for Anthropic',
    bytes: 1_000,
    stream: false,
    provider: 'Anthropic',
  },
  {
    name: 'anthropic-stream',
    title: 'stream of 200 chunks, translated from Anthropic',
    bytes: 1_000,
    stream: true,
    provider: 'Anthropic',
  },
]

/** Whether a reverse proxy or a peer can serve the same call. */
const isComparable = ({ provider, conversation }: Shape) =>
  provider === undefined && conversation !== true

const requestOf = (shape: Shape) =>
  chatRequest(
    `${shape.name}-model`,
    shape.bytes,
    shape.stream,
    shape.conversation === true ? { context: { conversation: 'new' } } : {},
  )

interface Contender {
  readonly name: string
  readonly process: MeasuredProcess
  url(shape: Shape): string
  headers(shape: Shape): Record<string, string>
}

interface Figure {
  readonly cpuMicros: number
  readonly requestsPerSecond: number
  readonly failures: number
}

/** CPU time per request and requests per second, as ratios to nginx and to Portkey, in one run. */
export async function throughput(folder: string): Promise<void> {
  const upstream = startStaticUpstream(folder, ports.upstream, {
    small: { content: chatAnswer(1_000), type: 'application/json' },
    large: { content: chatAnswer(100_000), type: 'application/json' },
    stream: { content: chatStream(200), type: 'text/event-stream; charset=utf-8' },
    conversation: { content: chatAnswer(1_000), type: 'application/json' },
    anthropic: { content: anthropicAnswer(1_000), type: 'application/json', path: '/messages' },
    'anthropic-stream': {
      content: anthropicStream(200),
      type: 'text/event-stream; charset=utf-8',
      path: '/messages',
    },
  })
  const base = (shape: Shape) => `http://127.0.0.1:${ports.upstream}/${shape.name}`
  const fairlead = await startFairlead(folder)
  for (const shape of shapes) {
    await addProvider(fairlead, shape.name, base(shape), shape.provider)
  }
  const contenders: readonly Contender[] = [
    {
      name: 'nginx',
      process: startPlainProxy(folder, ports.proxy, ports.upstream),
      url: ({ name }) => `http://127.0.0.1:${ports.proxy}/${name}/chat/completions`,
      headers: () => ({}),
    },
    {
      name: 'fairlead',
      process: fairlead.process,
      url: () => `${fairlead.gateway}/v1/chat/completions`,
      headers: () => ({ ...fairlead.headers }),
    },
    {
      name: 'portkey',
      process: await startPortkey(ports.portkey),
      url: () => `http://127.0.0.1:${ports.portkey}/v1/chat/completions`,
      headers: (shape) => portkeyHeaders(base(shape)),
    },
  ]
  await Promise.all(
    contenders.map((contender) => eventually(contender.name, () => answers(contender))),
  )

  for (const shape of shapes) {
    const figures = new Map<string, Figure[]>()
    // Interleaved, so that a machine whose speed drifts favours nobody.
    const asked = contenders.filter(({ name }) => name === 'fairlead' || isComparable(shape))
    const able = await thoseThatAnswer(asked, shape)
    for (let round = 0; round < rounds; round++) {
      for (const contender of able) {
        const known = figures.get(contender.name) ?? []
        figures.set(contender.name, [...known, await measure(folder, contender, shape)])
      }
    }
    print(shape, figures)
  }
  await Promise.all([upstream.stop(), fairlead.stop()])
  for (const { name, process } of contenders) if (name !== 'fairlead') await process.stop()
}

async function answers(contender: Contender): Promise<true | undefined> {
  const [shape] = shapes
  if (shape === undefined) return undefined
  const problem = await problemOf(contender, shape)
  if (problem !== undefined) throw new Error(problem)
  return true
}

/** Who serves this format correctly; failed calls would be cheaper than successful ones. */
async function thoseThatAnswer(
  contenders: readonly Contender[],
  shape: Shape,
): Promise<readonly Contender[]> {
  const able: Contender[] = []
  for (const contender of contenders) {
    const problem = await problemOf(contender, shape)
    if (problem === undefined) able.push(contender)
    else process.stdout.write(`\n${contender.name} fails at ${shape.title}: ${problem}\n`)
  }
  return able
}

async function problemOf(contender: Contender, shape: Shape): Promise<string | undefined> {
  const response = await fetch(contender.url(shape), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...contender.headers(shape) },
    body: requestOf(shape),
  })
  const text = await response.text()
  const whole = shape.stream ? text.trimEnd().endsWith('[DONE]') : text.includes('"usage"')
  return response.status === 200 && whole ? undefined : `${response.status} ${text.slice(0, 200)}`
}

async function measure(folder: string, contender: Contender, shape: Shape): Promise<Figure> {
  const options = {
    folder,
    url: contender.url(shape),
    headers: { 'content-type': 'application/json', ...contender.headers(shape) },
    body: requestOf(shape),
    connections,
  }
  await load({ ...options, seconds: 1 })
  const before = contender.process.cpuMicros()
  const { requests, requestsPerSecond, failures } = await load({ ...options, seconds })
  const cpuMicros = (contender.process.cpuMicros() - before) / Math.max(requests - failures, 1)
  return { cpuMicros, requestsPerSecond, failures }
}

function print(shape: Shape, figures: ReadonlyMap<string, readonly Figure[]>): void {
  const of = (name: string, pick: (figure: Figure) => number) =>
    median((figures.get(name) ?? []).map(pick))
  const cpu = (name: string) => of(name, ({ cpuMicros }) => cpuMicros)
  const rate = (name: string) => of(name, ({ requestsPerSecond }) => requestsPerSecond)
  process.stdout.write(`\n${shape.title}, ${connections} connections, median of ${rounds} rounds\n`)
  for (const name of figures.keys()) {
    const failures = (figures.get(name) ?? []).reduce((sum, figure) => sum + figure.failures, 0)
    process.stdout.write(
      `  ${name.padEnd(9)} ${cpu(name).toFixed(0).padStart(6)} µs CPU/request  ` +
        `${rate(name).toFixed(0).padStart(6)} requests/s` +
        `${failures === 0 ? '' : `  ${failures} FAILED`}\n`,
    )
  }
  if (!figures.has('nginx')) return
  const toPortkey = figures.has('portkey')
    ? `${(cpu('portkey') / cpu('fairlead')).toFixed(1)}× less than Portkey`
    : 'Portkey gave no successful response to compare with'
  process.stdout.write(
    `  fairlead uses ${(cpu('fairlead') / cpu('nginx')).toFixed(1)}× nginx's CPU per request, ` +
      `${toPortkey}\n`,
  )
}
