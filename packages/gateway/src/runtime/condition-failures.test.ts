import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { ConditionFailures } from './condition-failures.ts'

it('counts every failure, and logs one a minute for each rule', async () => {
  const clock = new FakeClock()
  const counted: string[] = []
  const logged: unknown[] = []
  const failures = new ConditionFailures(
    {
      countConditionFailure: (route) => counted.push(route),
      countAccessConditionFailure: (policy) => counted.push(policy),
    },
    { warn: (fields: unknown) => logged.push(fields) },
    clock,
  )
  for (const route of ['p/a', 'p/a', 'p/b']) failures.note(route, 'why')
  expect(counted).toEqual(['p/a', 'p/a', 'p/b'])
  expect(logged).toEqual([
    { route: 'p/a', failure: 'why' },
    { route: 'p/b', failure: 'why' },
  ])
  await clock.advance(60_000)
  failures.note('p/a', 'why')
  expect(logged).toHaveLength(3)
})
