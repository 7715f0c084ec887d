import type { Clock } from '@fairlead/base'
import { KubeConfigError } from './kube-config.ts'
import type { Credentials, CredentialSource } from './kube-config.ts'
import { RotatedFile } from './rotated-file.ts'

/** A bearer token in a file that is rotated, such as the in-cluster service account token. */
export function tokenFileCredentials(path: string, clock: Clock): CredentialSource {
  const file = new RotatedFile(path, clock)
  return {
    async current(): Promise<Credentials> {
      try {
        return { authorization: `Bearer ${(await file.current()).trim()}` }
      } catch (cause) {
        throw new KubeConfigError(`cannot read the token file ${path}`, { cause })
      }
    },
    invalidate: () => file.invalidate(),
  }
}
