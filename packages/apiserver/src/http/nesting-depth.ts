import { errors } from '@fairlead/kube-core'

/**
 * Maximum nesting depth of a body. Custom resource schemas and real objects stay far below it, and
 * recursive functions stay far from the stack limit.
 */
export const nestingDepthMax = 500

/**
 * Refuses values nested too deeply for recursion; is not recursive itself.
 * @throws StatusError 400
 */
export function refuseDeepNesting(value: unknown): void {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > nestingDepthMax) {
      throw errors.badRequest(`the body is nested deeper than ${nestingDepthMax} levels`)
    }
    level = level.flatMap(childrenOf)
  }
}

function childrenOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).filter((child) => typeof child === 'object' && child !== null)
}
