import type { SecretKeyRef } from '@fairlead/snapshot'

/** How messages name a key of a Secret: no part of it can contain a slash. */
export function secretKey({ namespace, name, key }: SecretKeyRef): string {
  return `${namespace}/${name}/${key}`
}
