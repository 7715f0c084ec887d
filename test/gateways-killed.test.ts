import { expect, it } from 'vitest'
import { killGateways } from './crash/killed-gateways.ts'
import { storeServerKinds } from './crash/store-servers.ts'

it.each(storeServerKinds)(
  'nothing that gateways on one $name acknowledged is lost or doubled when they and it are killed',
  async (kind) => {
    const options = { kills: 2, serverKills: 1, callers: 6, seed: 1, seconds: 60 }
    const { acknowledged, kills, problems, serverKills } = await killGateways(kind, options)
    expect(problems).toEqual([])
    expect({ kills, serverKills }).toEqual({ kills: 2, serverKills: 1 })
    expect(acknowledged).toBeGreaterThan(6 * 2)
  },
  180_000,
)
