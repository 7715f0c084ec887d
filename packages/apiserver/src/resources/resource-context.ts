import type { Clock, Random } from '@fairlead/base'

import type { Storage } from '../storage/storage.ts'
import type { Registry } from './registry.ts'

/** Dependencies shared by all operations on resources. */
export interface ResourceContext {
  readonly storage: Storage
  readonly registry: Registry
  readonly clock: Clock
  readonly random: Random
}
