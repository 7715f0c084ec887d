import { describe, expect, it } from 'vitest'
import type { Clock } from '@fairlead/base'
import { appliedFactor } from '../../tokens/learnt-factor.ts'
import type { ContextStore } from '../context-store.ts'
import { factorsMax } from '../factor-store.ts'

interface StoreUnderTest {
  readonly name: string
  /** An empty store. The suite closes it. */
  open(options: {
    readonly clock: Pick<Clock, 'now'>
    readonly ttlMs: number | undefined
  }): ContextStore | Promise<ContextStore>
}

/** What every store does with what is learnt of how models count. */
export function describeFactorStoreContract(subject: StoreUnderTest): void {
  const { name } = subject
  const opened = () => subject.open({ clock: { now: () => 1000 }, ttlMs: undefined })
  const seen = { isOwn: false, counted: 1000 }

  describe(`${name}: factors`, () => {
    it('has none at first', async () => {
      const store = await opened()
      expect(await store.factors.list()).toEqual([])
      await store.close()
    })

    it('learns of each model', async () => {
      const store = await opened()
      for (let turn = 0; turn < 4; turn++) {
        await store.factors.observe({ model: 'one', reported: 1200, ...seen })
        await store.factors.observe({ model: 'two', reported: 900, ...seen })
      }
      const list = await store.factors.list()
      const factors = list.map((one) => [one.model, appliedFactor(one, false).toFixed(2)])
      expect(Object.fromEntries(factors)).toEqual({ one: '1.20', two: '0.90' })
      await store.close()
    })

    it('learns nothing from a report that is not plausible', async () => {
      const store = await opened()
      expect(await store.factors.observe({ model: 'one', reported: 9, ...seen })).toBeUndefined()
      expect(await store.factors.list()).toEqual([])
      await store.close()
    })

    it('counts what is learnt at one time', async () => {
      const store = await opened()
      const observation = { model: 'one', reported: 1100, ...seen }
      await Promise.all(Array.from({ length: 20 }, () => store.factors.observe(observation)))
      expect(await store.factors.list()).toMatchObject([{ model: 'one', samples: 20 }])
      await store.close()
    })

    it('forgets the model that was learnt of longest ago when there are too many', async () => {
      const store = await opened()
      const observe = (model: string) => store.factors.observe({ model, reported: 1000, ...seen })
      for (let number = 0; number < factorsMax; number++) await observe(`m${number}`)
      await observe('m0')
      await observe('another')
      const models = new Set((await store.factors.list()).map((one) => one.model))
      expect(models.size).toBe(factorsMax)
      expect([models.has('m0'), models.has('m1')]).toEqual([true, false])
      await store.close()
    })
  })
}
