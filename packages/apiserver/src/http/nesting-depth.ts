import { errors } from '@fairlead/kube-core'

/**
 * How deep a body may nest. Custom resource schemas and real objects stay far below it; what walks
 * objects recursively stays far below the end of the stack.
 */
export const nestingDepthMax = 500

/** Refuses what is nested too deep to be walked. Walks level by level itself. @throws StatusError 400 */
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
