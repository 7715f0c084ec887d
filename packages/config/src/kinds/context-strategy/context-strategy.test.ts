import { testCapabilities } from '@fairlead/snapshot/testing'
import { expect, it } from 'vitest'
import {
  compileResources,
  conditionsOf,
  type Described,
  gateway,
  resourceSet,
} from '../../test-support/resources.ts'

const strategy: Described = {
  kind: 'ContextStrategy',
  name: 's',
  spec: { history: { mode: 'LastTurns', lastTurns: { turns: 3 } } },
}

it.each([
  [['Full', 'LastTurns'], { mode: 'LastTurns', turns: 3 }, 'Accepted'],
  [['Full'], { mode: 'Full' }, 'PartiallySupported'],
])('a history mode is used where the data plane has it: %o', (historyModes, history, reason) => {
  const capabilities = { ...testCapabilities, historyModes }
  const result = compileResources(resourceSet([gateway, strategy]), { capabilities })
  const compiled = result.snapshots.get('default/default')?.contextStrategies.get('default/s')
  expect(compiled?.history).toMatchObject(history)
  expect(conditionsOf(result, 'ContextStrategy', 'default/s').Accepted).toMatchObject({ reason })
})
