import { CelScalar, celFunc } from '@bufbuild/cel'
import type { CostMeter } from './cost-meter.ts'

/** The call that `chargeLoops` puts into every step of a loop. */
export const chargeFunction = '@charge'

export function chargeLibrary(meter: CostMeter) {
  return celFunc(chargeFunction, [CelScalar.INT], CelScalar.BOOL, (cost) => {
    meter.charge(Number(cost))
    return true
  })
}
