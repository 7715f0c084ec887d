import { small } from '../calls/calls.ts'
import { addProvider } from '../fairlead/add-provider.ts'
import { addConversation } from '../fairlead/add-conversation.ts'
import { startFairlead, type BenchedFairlead } from '../fairlead/start-fairlead.ts'
import { pacedLoad } from '../load/paced-load.ts'
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

/** What a call in a conversation costs, by the length of its log. */
export const conversationsShape: Shape = {
  name: 'conversations',
  title: `1 KB each way, in conversations, by turns in the log; ${connections} connections, at most ${callsMax} calls a round`,
  peers: [],
  metrics: [
    { name: 'cpuMicrosPerRequest', title: 'µs CPU/call' },
    { name: 'msP50', title: 'p50 ms', digits: 1 },
    { name: 'msP99', title: 'p99 ms', digits: 1 },
    { name: 'calls', title: 'calls', isBetterHigher: true },
  ],
  baseline: 'plain',
  async measure(bench) {
    await bench.pool.stop()
    const site = siteIn(bench, bench.folder)
    const fairlead = await startFairlead(site)
    await addProvider(fairlead, small.name, site.baseURL(small))
    const rows: Row[] = [rowOf(bench, fairlead, 'plain', [undefined])]
    for (const { turns, conversations } of logs) {
      const ids = Array.from({ length: conversations }, (_, index) => `bench-${turns}-${index}`)
      for (const id of ids) await addConversation(fairlead, id, turns)
      rows.push(rowOf(bench, fairlead, `${turns} turns`, ids))
    }
    bench.note('the prompt has the last five turns, as the quickstart has it')
    await takeTurns(bench, rows)
    await fairlead.stop()
  },
}

function rowOf(
  bench: Bench,
  fairlead: BenchedFairlead,
  name: string,
  conversations: readonly (string | undefined)[],
): Row {
  const bodies = conversations.map((conversation) => {
    const body = JSON.parse(small.requestBody) as object
    return JSON.stringify(
      conversation === undefined ? body : { ...body, context: { conversation } },
    )
  })
  return {
    name,
    async measure() {
      const before = fairlead.process.cpuMicros()
      const result = await pacedLoad(bench.processes, bench.folder, {
        url: `${fairlead.gateway}/v1/chat/completions`,
        headers: fairlead.headers,
        bodies,
        pace: { connections, requestsMax: callsMax },
        warmUpSeconds: 0,
        seconds: bench.seconds,
      })
      const cpu = fairlead.process.cpuMicros() - before
      const { answered, failures, latency } = result
      const times = { msP50: latency.p50, msP99: latency.p99, calls: answered }
      return {
        figures: answered > 0 ? { cpuMicrosPerRequest: cpu / answered, ...times } : {},
        failures,
      }
    },
  }
}
