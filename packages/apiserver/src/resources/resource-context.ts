import type { Clock, Random } from '@fairlead/base'
import type { Storage } from '../storage/storage.ts'
import type { Registry } from './registry.ts'

/** What every operation on resources works with. */
export interface ResourceContext {
  readonly storage: Storage
  readonly registry: Registry
  readonly clock: Clock
  readonly random: Random
}
