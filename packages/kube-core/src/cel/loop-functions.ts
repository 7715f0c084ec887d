import { CelScalar, celFunc, celList, listType, type CelList, type CelValue } from '@bufbuild/cel'
import type { CostMeter } from './cost-meter.ts'

const { BOOL, DYN, INT } = CelScalar
const LIST = listType(DYN)

/** The call that stands before every step of a loop. */
export const chargeFunction = '@charge'

/** The call by which a loop that makes a list adds an item to it. */
export const appendFunction = '@append'

/** The functions that `parseRule` puts into loops; rules cannot name them. */
export function loopFunctions(meter: CostMeter) {
  /**
   * What loops have made so far. Only the loop itself sees such a list before it is done, so it may
   * grow in place; the evaluator's own concatenation nests one list in the other for every item.
   */
  const growing = new WeakMap<CelList, CelValue[]>()
  return [
    celFunc(chargeFunction, [INT], BOOL, (cost) => {
      meter.charge(Number(cost))
      return true
    }),
    celFunc(appendFunction, [LIST, DYN], LIST, (list, item: CelValue) => {
      const items = growing.get(list) ?? [...list]
      items.push(item)
      const grown = celList(items)
      growing.set(grown, items)
      return grown
    }),
  ]
}
