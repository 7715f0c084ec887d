import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, parseJsonOrUndefined } from '@fairlead/base'
import type { Tally } from './tally.ts'

/** How many answers of a group must at least be the same (or meant), and have the same status. */
interface Floor {
  readonly same: number
  readonly sameStatus: number
}

const file = join(import.meta.dirname, 'floors.json')

/** What has been reached, by group. */
export function readFloors(): Map<string, Floor> {
  const floors = parseJsonOrUndefined(readFileSync(file, 'utf8'))
  if (!isJsonObject(floors)) throw new Error(`${file} is not a JSON object`)
  return new Map(Object.entries(floors as Record<string, Floor>))
}

/** What was reached, to be compared with a floor. */
export function floorOf({ same, excepted, total, status }: Tally): Floor {
  return { same: same + excepted, sameStatus: total - status }
}

/** Raises the floors to what has been reached; never lowers one. */
export function raiseFloors(reached: ReadonlyMap<string, Tally>): void {
  const floors = readFloors()
  for (const [group, tally] of reached) {
    const floor = floors.get(group) ?? { same: 0, sameStatus: 0 }
    const { same, sameStatus } = floorOf(tally)
    floors.set(group, {
      same: Math.max(floor.same, same),
      sameStatus: Math.max(floor.sameStatus, sameStatus),
    })
  }
  const sorted = [...floors].toSorted(([a], [b]) => (a < b ? -1 : 1))
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`)
}
