import { small } from '../calls/calls.ts'
import { addProvider } from '../fairlead/add-provider.ts'
import { addConversation } from '../fairlead/add-conversation.ts'
import { startFairlead, type BenchedFairlead } from '../fairlead/start-fairlead.ts'
import { pacedLoad } from '../load/paced-load.ts'
import type { PacedLoadRequest, PacedLoadResult } from '../load/paced-load-terms.ts'
import { siteIn, type Bench } from '../workbench/bench.ts'
import { takeTurns, type Row } from '../workbench/take-turns.ts'
import type { Shape } from './shape.ts'

/**
 * Lengths of logs, and how many conversations have it: the longer, the less a call more matters.
 * Each call adds a turn, so a conversation must not be called often.
 */
const logs = [
  { turns: 10, conversations: 400 },
  { turns: 100, conversations: 100 },
  { turns: 1000, conversations: 20 },
  { turns: 10_000, conversations: 8 },
]
const connections = 8
/** Of a row in a round. */
const callsMax = 400
/** How many wait for one another in one conversation. */
const callers = 50
/** How often others call meanwhile. */
const othersPerSecond = 100

/** What a call in a conversation costs, by the length of its log, and what many callers of one do. */
export const conversationsShape: Shape = {
  name: 'conversations',
  title: `1 KB each way, in conversations, by turns in the log; ${connections} connections where no other number is named, at most ${callsMax} calls a round`,
  peers: [],
  metrics: [
    { name: 'cpuMicrosPerRequest', title: 'µs CPU/call' },
    { name: 'msP50', title: 'p50 ms', digits: 1 },
    { name: 'msP99', title: 'p99 ms', digits: 1 },
    { name: 'callsPerSecond', title: 'calls/s', isBetterHigher: true },
    { name: 'calls', title: 'calls', isBetterHigher: true },
  ],
  baseline: 'plain',
  async measure(bench) {
    await bench.pool.stop()
    const site = siteIn(bench, bench.folder)
    const fairlead = await startFairlead(site)
    await addProvider(fairlead, small.name, site.baseURL(small))
    const program = { bench, fairlead }
    const rows: Row[] = [rowOf(program, 'plain', { bodies: [bodyFor()] })]
    for (const { turns, conversations } of logs) {
      const ids = Array.from({ length: conversations }, (_, index) => `bench-${turns}-${index}`)
      for (const id of ids) await addConversation(fairlead, id, turns)
      rows.push(rowOf(program, `${turns} turns`, { bodies: ids.map((id) => bodyFor(id)) }))
    }
    for (const id of ['bench-one', 'bench-many', 'bench-beside']) {
      await addConversation(fairlead, id, 10)
    }
    const many = { bodies: [bodyFor('bench-many')], connections: callers }
    rows.push(
      rowOf(program, 'one caller', { bodies: [bodyFor('bench-one')], connections: 1 }),
      rowOf(program, `${callers} callers`, many),
      othersRow(program, 'others alone', undefined),
      othersRow(program, `others beside ${callers}`, {
        ...many,
        bodies: [bodyFor('bench-beside')],
      }),
    )
    bench.note('the prompt has the last five turns, as the quickstart has it')
    bench.note(`callers: of one conversation; others: ${othersPerSecond} plain calls a second`)
    await takeTurns(bench, rows)
    await fairlead.stop()
  },
}

interface Program {
  readonly bench: Bench
  readonly fairlead: BenchedFairlead
}

interface ClosedCalls {
  /** Sent in turn. */
  readonly bodies: readonly string[]
  readonly connections?: number
}

function bodyFor(conversation?: string): string {
  const body = JSON.parse(small.requestBody) as object
  return JSON.stringify(conversation === undefined ? body : { ...body, context: { conversation } })
}

function rowOf(program: Program, name: string, calls: ClosedCalls): Row {
  const { process } = program.fairlead
  return {
    name,
    async measure() {
      const before = process.cpuMicros()
      const result = await closedCalls(program, calls, callsMax)
      const cpu = process.cpuMicros() - before
      const { answered, failures, latency, seconds } = result
      const times = { msP50: latency.p50, msP99: latency.p99, calls: answered }
      const rates = {
        cpuMicrosPerRequest: cpu / answered,
        callsPerSecond: answered / seconds,
      }
      return { figures: answered > 0 ? { ...rates, ...times } : {}, failures }
    },
  }
}

/** Plain calls at a fixed rate, while others wait for one another in a conversation if there are any. */
function othersRow(program: Program, name: string, beside: ClosedCalls | undefined): Row {
  return {
    name,
    async measure() {
      const [{ answered, failures, latency }] = await Promise.all([
        load(program, [bodyFor()], { requestsPerSecond: othersPerSecond }),
        beside && closedCalls(program, beside, Number.MAX_SAFE_INTEGER),
      ])
      return { figures: { msP50: latency.p50, msP99: latency.p99, calls: answered }, failures }
    },
  }
}

function closedCalls(
  program: Program,
  { bodies, connections: number = connections }: ClosedCalls,
  requestsMax: number,
): Promise<PacedLoadResult> {
  return load(program, bodies, { connections: number, requestsMax })
}

function load(
  { bench, fairlead }: Program,
  bodies: readonly string[],
  pace: PacedLoadRequest['pace'],
): Promise<PacedLoadResult> {
  return pacedLoad(bench.processes, bench.folder, {
    url: `${fairlead.gateway}/v1/chat/completions`,
    headers: fairlead.headers,
    bodies,
    pace,
    warmUpSeconds: 0,
    seconds: bench.seconds,
  })
}
