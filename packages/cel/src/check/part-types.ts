import { type CelType, dyn, errorType, formatType } from '../types/cel-type.ts'

/** The type of a part of a value; where there is none, why. */
interface PartType {
  readonly type: CelType
  readonly problem?: string
}

/** The type of a field of a value. */
export function fieldType(type: CelType, field: string): PartType {
  switch (type.kind) {
    case 'map':
      return { type: type.parameters[1] ?? dyn }
    case 'object': {
      if (!type.field) {
        return { type: errorType, problem: `unexpected failed resolution of '${type.name}'` }
      }
      const found = type.field(field)
      return found ? { type: found } : { type: errorType, problem: `undefined field '${field}'` }
    }
    case 'parameter':
    case 'dyn':
    case 'error':
      return { type: dyn }
    default:
      return {
        type: dyn,
        problem: `type '${formatType(type)}' does not support field selection`,
      }
  }
}

/** The type of what a loop over a value visits: items of a list, keys of a map. */
export function loopItemType(range: CelType): PartType {
  switch (range.kind) {
    case 'list':
    case 'map':
      return { type: range.parameters[0] ?? dyn }
    case 'dyn':
    case 'error':
    case 'parameter':
      return { type: dyn }
    default:
      return {
        type: errorType,
        problem: `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
      }
  }
}
