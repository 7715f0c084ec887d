import { readFile } from 'node:fs/promises'
import type { Clock } from '@fairlead/base'
import { KubeConfigError } from './kube-config.ts'
import type { Credentials, CredentialSource } from './kube-config.ts'

/** client-go rereads a token file at most once a minute; projected tokens live at least ten. */
const rereadAfterMs = 60_000

/**
 * A bearer token in a file that is rotated, such as the in-cluster service account token. Read
 * again after a minute, and at once when the server refused it. If a later read fails, the last
 * token stays in use.
 */
export function tokenFileCredentials(path: string, clock: Clock): CredentialSource {
  let token: string | undefined
  let readAtMs = -Infinity
  return {
    async current(): Promise<Credentials> {
      if (token === undefined || clock.monotonicMs() - readAtMs >= rereadAfterMs) {
        try {
          token = (await readFile(path, 'utf8')).trim()
        } catch (cause) {
          if (token === undefined) {
            throw new KubeConfigError(`cannot read the token file ${path}`, { cause })
          }
        }
        readAtMs = clock.monotonicMs()
      }
      return { authorization: `Bearer ${token}` }
    },
    invalidate() {
      readAtMs = -Infinity
    },
  }
}
