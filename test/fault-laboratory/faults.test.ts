import { readFile } from 'node:fs/promises'
import { FakeClock } from '@fairlead/base/testing'
import { surfaces } from '@fairlead/gateway'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callers } from './callers.ts'
import { checkObservation } from './check-observation.ts'
import { commitFault, type Situation } from './commit-fault.ts'
import type { Fault } from './fault.ts'
import { faultGroups, faults } from './faults.ts'
import { faultsPage, pagePath } from './faults-page.ts'
import { providerFormats } from './formats/provider-formats.ts'
import { type FaultyUpstream, startFaultyUpstream } from './upstream.ts'

let upstream: FaultyUpstream

beforeAll(async () => {
  upstream = await startFaultyUpstream(new FakeClock())
})

afterAll(() => upstream.close())

/** Every way to call × every API × stream or not × alone or with a good second target. */
function situationsOf({ only, formats, twoEnds }: Fault): readonly Situation[] {
  return callers.flatMap((caller) =>
    providerFormats
      .filter(({ type }) => formats?.includes(type) !== false)
      // OpenAI answers callers of Responses in that format, whose last frame says all.
      .filter(
        ({ type }) => !(twoEnds === true && caller.surface === 'responses' && type === 'OpenAI'),
      )
      .flatMap((format) =>
        [false, true]
          .filter((stream) => only === undefined || (only === 'stream') === stream)
          .flatMap((stream) => [false, true].map((second) => ({ caller, format, stream, second }))),
      ),
  )
}

describe.each(faultGroups)('$title', ({ faults: group }) => {
  it.each(group)('$name: $does', async (fault) => {
    const violations: string[] = []
    for (const situation of situationsOf(fault)) {
      const { caller, format, stream, second } = situation
      const observation = await commitFault(fault, situation, upstream)
      const where = `${caller.name}, ${format.type}, ${stream ? 'stream' : 'whole'}, ${second ? 'with a second target' : 'alone'}`
      const found = checkObservation(fault, situation, observation)
      if (found.length > 0) violations.push(`${where}: ${found.join('; ')}`)
    }
    expect(violations).toEqual([])
  })
})

describe('the laboratory', () => {
  it('has faults enough, each with a name of its own', () => {
    expect(faults.length).toBeGreaterThan(60)
    expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length)
  })

  it('calls through every surface that models answer with words', () => {
    // Vectors and ranks come whole: packages/gateway/src/embeddings.test.ts.
    const calling = surfaces.filter(
      ({ name, routes }) =>
        !['embeddings', 'moderations', 'rerank'].includes(name) &&
        routes.some((route) => 'reader' in route),
    )
    expect(new Set(callers.map(({ surface }) => surface))).toEqual(
      new Set(calling.map(({ name }) => name)),
    )
  })

  it('is described in docs/faults.md', async () => {
    expect(await readFile(pagePath, 'utf8')).toBe(await faultsPage())
  })
})
