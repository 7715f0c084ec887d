import type { PostgresPool } from '@fairlead/base'
import { learn, type CountObservation, type LearntFactor } from '../../tokens/learnt-factor.ts'
import { factorsMax, type FactorStore } from '../factor-store.ts'
import { storedText } from './stored-text.ts'
import { parseStored } from '../parse-stored.ts'

/** How often an observation is counted again because other processes have learnt in between. */
const attemptsMax = 20

/** What has been learnt of how models count. Observations of one process are counted in turn. */
export class PostgresFactors implements FactorStore {
  readonly #pool: PostgresPool
  #last: Promise<unknown> = Promise.resolve()

  constructor(pool: PostgresPool) {
    this.#pool = pool
  }

  async list(): Promise<readonly LearntFactor[]> {
    const rows = await this.#pool.ask(
      'SELECT body FROM fairlead.factors ORDER BY number DESC LIMIT $1',
      [factorsMax],
    )
    return rows.map((row) => parseStored<LearntFactor>(row['body']))
  }

  observe(observation: CountObservation): Promise<LearntFactor | undefined> {
    const observed = this.#last.then(() => this.#observe(observation))
    this.#last = observed.catch(() => {})
    return observed
  }

  async #observe(observation: CountObservation): Promise<LearntFactor | undefined> {
    const model = storedText(observation.model)
    for (let attempt = 1; ; attempt++) {
      const [row] = await this.#pool.ask(
        'SELECT number, body FROM fairlead.factors WHERE model = $1',
        [model],
      )
      const known = row && parseStored<LearntFactor>(row['body'])
      const learnt = learn(known, observation)
      if (learnt === undefined || learnt === known) return known
      const [put] = await this.#pool.ask('SELECT fairlead.put_factor_1($1, $2, $3, $4) AS stored', [
        model,
        row?.['number'] ?? null,
        JSON.stringify(learnt),
        factorsMax,
      ])
      if (put?.['stored'] === true || attempt === attemptsMax) return learnt
    }
  }
}
