import type { UserEntry } from './kube-config-document.ts'
import { type Impersonation, KubeConfigError } from './kube-config.ts'

/** Whom the user of a kubeconfig acts as, if anybody. Throws KubeConfigError. */
export function impersonationOf(user: UserEntry, name: string): Impersonation | undefined {
  const uid = user['as-uid']
  const groups = user['as-groups']
  const extra = user['as-user-extra']
  if (user.as !== undefined && user.as !== '') {
    return {
      user: user.as,
      ...(uid === undefined ? {} : { uid }),
      ...(groups === undefined ? {} : { groups }),
      ...(extra === undefined ? {} : { extra }),
    }
  }
  if (uid !== undefined || groups !== undefined || extra !== undefined) {
    throw new KubeConfigError(
      `requesting uid, groups or user-extra for ${name} without impersonating a user`,
    )
  }
  return undefined
}
