import { CarryOver } from './carry-over.ts'
import { compare, type Difference, type Verdict } from './compare.ts'
import { Connection, type PlayedAnswer, type PlayedServer } from './connection.ts'
import { exceptionFor } from './exceptions.ts'
import type { Exchange } from './recordings.ts'

/** What came of one recorded request. */
export interface Outcome {
  readonly exchange: Exchange
  readonly answer: PlayedAnswer
  readonly verdict: Verdict
  readonly differences: readonly Difference[]
  /** Why the difference is meant. */
  readonly exception?: string
}

/** Plays recorded requests in their order against one server. */
export async function play(
  server: PlayedServer,
  exchanges: readonly Exchange[],
): Promise<Outcome[]> {
  const connection = new Connection(server)
  const carryOver = new CarryOver()
  const outcomes: Outcome[] = []
  try {
    for (const recorded of exchanges) {
      const exchange = carryOver.apply(recorded)
      const answer = await connection.send(exchange)
      carryOver.learn(recorded.answer.body, answer.body)
      const comparison = compare(recorded.answer, answer)
      const exception = comparison.verdict === 'same' ? undefined : exceptionFor(recorded)
      outcomes.push({
        exchange,
        answer,
        ...comparison,
        ...(exception === undefined ? {} : { exception }),
      })
    }
  } finally {
    connection.close()
  }
  return outcomes
}

/** Groups whose requests stand each for themselves. */
const independent = /^(?:mutations\/.*|cel-rules|documents)$/

/**
 * What has to be played for some groups: sequences depend on each other, so that all of them are
 * played when one is wanted.
 */
export function neededFor(
  exchanges: readonly Exchange[],
  isWanted: (group: string) => boolean,
): Exchange[] {
  const wantsSequence = exchanges.some(({ group }) => !independent.test(group) && isWanted(group))
  return exchanges.filter(({ group }) =>
    independent.test(group) ? isWanted(group) : wantsSequence || group === 'setup',
  )
}
