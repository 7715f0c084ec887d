import { SeededRandom } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { Applies } from './operators-bad-days/applies.ts'
import { ControlPlane } from './operators-bad-days/control-plane.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

/** Between two troubles, and while each lasts. */
const appliesEach = 100

it('500 applies survive operators and API servers that are killed, and every status is true', async () => {
  using folder = temporaryFolder()
  await using plane = await ControlPlane.start(folder.path)
  const applies = new Applies(plane.client, new SeededRandom(1))
  await applies.applyGateway()
  const troubles = [
    () => Promise.resolve(),
    () => plane.killLeader(),
    () => plane.restartServer('SIGKILL'),
    () => plane.replaceLeader(),
    () => plane.restartServer('SIGTERM'),
  ]
  for (const begin of troubles) {
    await applies.during(begin(), appliesEach)
    await plane.leader()
  }
  expect(applies.count).toBeGreaterThanOrEqual(500)
  expect(applies.refused).toEqual([])
  expect(await applies.lost()).toEqual([])
  await applies.untilTold()
}, 300_000)
