import type { StatusError } from '@fairlead/kube-core'
import { keyText, type ObjectKey } from '../object-key.ts'

/** An object that the API server does not let through. */
export interface RefusedObject {
  readonly key: ObjectKey
  readonly error: StatusError
}

/** How many objects the message names. */
const namedMax = 10

/**
 * Objects could not be rewritten, because they break rules that are newer than they are, or a webhook
 * refuses them. The definition still names their versions. Mend the objects and migrate again.
 */
export class StorageMigrationError extends Error {
  override readonly name = 'StorageMigrationError'
  readonly refused: readonly RefusedObject[]

  constructor(resource: string, refused: readonly RefusedObject[]) {
    const named = refused
      .slice(0, namedMax)
      .map(({ key, error }) => `${keyText(key)}: ${error.message}`)
    const more = refused.length > namedMax ? [`${refused.length - namedMax} more`] : []
    super(
      `${refused.length} of ${resource} could not be rewritten: ${[...named, ...more].join('; ')}`,
    )
    this.refused = refused
  }
}
