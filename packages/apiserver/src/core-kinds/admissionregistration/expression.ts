import type { AdmissionExpression } from '@fairlead/kube-core'

import type { Place } from '../shared/place.ts'

/** Invalid when an expression does not compile, with what was compiled as the value. */
export function invalidExpression(
  at: Place,
  field: string,
  { source, problem }: AdmissionExpression,
  shown: string = source,
): void {
  if (problem !== undefined) at.invalid(field, problem, shown)
}
