import { kinds } from './kinds.ts'
import { ReferenceGrant } from './reference-grant.ts'

/** Every kind whose definition is installed: ours, and ReferenceGrant where it is missing. */
export const definitions = [...kinds, ReferenceGrant] as const
