import { learn, type CountObservation, type LearntFactor } from '../../tokens/learnt-factor.ts'
import { factorsMax, type FactorStore } from '../factor-store.ts'
import type { RedisParts } from './redis-parts.ts'
import { textOf, textsOf } from './redis-reply.ts'
import { redisScript } from './redis-script.ts'
import { parseStored } from '../parse-stored.ts'

/**
 * Replaces what is known of a model: the model, what was known or nothing, what is known now, how many
 * models are kept. Replies 0 if somebody else was first. The one learnt of longest ago goes first.
 */
export const learnScript = redisScript(`
local factors, order, last = unpack(KEYS)
local model, before, after, most = unpack(ARGV)
if (redis.call('HGET', factors, model) or '') ~= before then return 0 end
redis.call('HSET', factors, model, after)
redis.call('ZADD', order, redis.call('INCR', last), model)
while redis.call('ZCARD', order) > tonumber(most) do
  redis.call('HDEL', factors, redis.call('ZPOPMIN', order)[1])
end
return 1
`)

/** Factors in Redis, in a slot of their own. */
export class RedisFactors implements FactorStore {
  readonly #parts: RedisParts
  /** Those of one process wait for each other, so that only those of others make it try again. */
  #observing: Promise<unknown> = Promise.resolve()

  constructor(parts: RedisParts) {
    this.#parts = parts
  }

  async list(): Promise<readonly LearntFactor[]> {
    const [factors = ''] = this.#keys
    const found = await this.#parts.link.within((session) => session.call('HVALS', factors))
    return textsOf(found).map((text) => parseStored<LearntFactor>(text))
  }

  observe(observation: CountObservation): Promise<LearntFactor | undefined> {
    const observed = this.#observing.then(() => this.#observe(observation))
    this.#observing = observed.catch(() => {})
    return observed
  }

  #observe(observation: CountObservation): Promise<LearntFactor | undefined> {
    const { model } = observation
    const [factors = ''] = this.#keys
    return this.#parts.link.within(async (session) => {
      for (;;) {
        const before = textOf(await session.call('HGET', factors, model))
        const known = before === '' ? undefined : parseStored<LearntFactor>(before)
        const learnt = learn(known, observation)
        if (learnt === undefined || learnt === known) return known
        const values = [model, before, JSON.stringify(learnt), factorsMax]
        if ((await session.run(learnScript, this.#keys, values)) === 1) return learnt
      }
    })
  }

  get #keys(): readonly string[] {
    return ['factors', 'order', 'last'].map((name) => this.#parts.keys.one('factors', name))
  }
}
