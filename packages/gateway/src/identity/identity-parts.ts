import type { Clock } from '@fairlead/base'
import type { IdentityClient } from './identity-client.ts'
import type { IdentityEnvironment } from './identity-environment.ts'

/** What sources of tokens are made with. */
export interface IdentityParts {
  readonly clock: Clock
  readonly client: IdentityClient
  readonly environment: IdentityEnvironment
  /** The text of a file that the environment names, trimmed; rejects as the file system does. */
  readonly readFile: ReadTokenFile
}

export type ReadTokenFile = (path: string) => Promise<string>
