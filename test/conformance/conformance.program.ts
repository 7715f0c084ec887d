import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { serverOf } from './connection.ts'
import { raiseFloors } from './floors.ts'
import { startPlayedServer } from './local-server.ts'
import { neededFor, play } from './player.ts'
import { readExchanges } from './recordings.ts'
import { details, table } from './report.ts'
import { tallies } from './tally.ts'

// npm run conformance -- --group patch --verbose
// Plays what a real kube-apiserver was asked and compares what it answered.
const { values } = parseArgs({
  options: {
    /** Only groups that are, or begin with, one of these: `verbs`, `mutations/pods`, `mutations`. */
    group: { type: 'string', multiple: true },
    /** Only requests whose id contains this. */
    id: { type: 'string' },
    /** Only this verdict: same, wording, body or status. */
    only: { type: 'string' },
    /** Prints each difference. */
    verbose: { type: 'boolean', default: false },
    /** A server to play against, instead of one started here. */
    kubeconfig: { type: 'string' },
    corpora: { type: 'string', default: process.env['FAIRLEAD_CORPORA'] ?? defaultCorpora() },
    /** Raises the floors that the test holds to what was reached. */
    raise: { type: 'boolean', default: false },
  },
})

// A reader such as `head` may have seen enough.
process.stdout.on('error', () => process.exit())

const isWanted = (group: string): boolean =>
  values.group === undefined ||
  values.group.some((each) => group === each || group.startsWith(`${each}/`))

const exchanges = neededFor(readExchanges(values.corpora), isWanted)
const local = values.kubeconfig === undefined ? await startPlayedServer() : undefined
try {
  const server = local ?? (await serverOf(values.kubeconfig ?? ''))
  const outcomes = (await play(server, exchanges)).filter(({ exchange }) =>
    isWanted(exchange.group),
  )
  if (values.verbose) {
    for (const outcome of outcomes) {
      const isShown =
        values.only === undefined ? outcome.verdict !== 'same' : outcome.verdict === values.only
      if (isShown && outcome.exchange.id.includes(values.id ?? '')) say(details(outcome))
    }
  }
  say(table(outcomes))
  if (values.raise) raiseFloors(tallies(outcomes))
} finally {
  await local?.stop()
}

function say(text: string): void {
  process.stdout.write(`${text}\n\n`)
}

function defaultCorpora(): string {
  return join(import.meta.dirname, '../../../shared/corpora')
}
