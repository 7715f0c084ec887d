import { builtInKinds } from '../core-kinds/built-in-kinds.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'

/** A built-in kind by its name; of one in several groups or versions, the first. */
export function kindNamed(name: string): ResourceDefinition {
  const found = builtInKinds().find(({ kind }) => kind === name)
  if (found === undefined) throw new Error(`there is no kind ${name}`)
  return found
}
