import type { Clock, Random } from '@fairlead/base'

import type { AdmissionChain } from '../admission/admission-chain.ts'
import type { User } from '../auth/user.ts'
import type { Storage } from '../storage/storage.ts'
import type { Registry } from './registry.ts'

/** Dependencies shared by all operations on resources. */
export interface ResourceContext {
  readonly storage: Storage
  readonly registry: Registry
  readonly clock: Clock
  readonly random: Random
  readonly admission: AdmissionChain
}

/** What a write needs besides: on whose behalf it happens. */
export interface WriteContext extends ResourceContext {
  readonly user: User
  /** Collects the warnings of admission, which are sent to the client in Warning headers. */
  readonly warn: (message: string) => void
  /** Called before an update or an apply creates the object. @throws StatusError 403 */
  readonly requireCreate: () => void
}

/** For what the server does by itself: nobody is there to be warned, and nothing is forbidden. */
export function actingAs(context: ResourceContext, user: User): WriteContext {
  return { ...context, user, warn: () => {}, requireCreate: () => {} }
}
