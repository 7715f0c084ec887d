import { CelScalar, celFunc, celList, listType, type CelList, type CelValue } from '@bufbuild/cel'
import type { CostMeter } from './cost-meter.ts'

const { BOOL, DYN, INT } = CelScalar
const LIST = listType(DYN)

/** The call inserted before every step of a loop. */
export const chargeFunction = '@charge'

/** The call with which a list-building loop appends an item. */
export const appendFunction = '@append'

/** The functions that `parseExpression` inserts into loops, whose names no expression can contain. */
export function loopFunctions(meter: CostMeter) {
  /**
   * The lists that loops are building. Only the loop itself sees such a list before it is complete,
   * so it may grow in place; the evaluator's own concatenation nests lists for every item.
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
