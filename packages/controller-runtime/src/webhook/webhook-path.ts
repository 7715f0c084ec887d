import type { ResourceType } from '@fairlead/kube-core'

/** Where the versions of all kinds are converted. */
export const conversionPath = '/convert'

/** Where defaults of a kind are set, as in Go: `/mutate-apps-v1-deployment`. */
export function mutatePath(type: ResourceType): string {
  return `/mutate-${suffix(type)}`
}

/** Where a kind is validated, as in Go: `/validate-apps-v1-deployment`. */
export function validatePath(type: ResourceType): string {
  return `/validate-${suffix(type)}`
}

const wellFormed = /^((\/[a-zA-Z0-9-_]+)+|\/)$/

/** @throws Error for a path that Go's controller-runtime refuses too */
export function checkWebhookPath(path: string): void {
  if (wellFormed.test(path)) return
  throw new Error(
    `the path ${JSON.stringify(path)} of a webhook does not match this regex: ${wellFormed.source.replaceAll('\\/', '/')}`,
  )
}

function suffix({ group, version, kind }: ResourceType): string {
  return `${group.replaceAll('.', '-')}-${version}-${kind.toLowerCase()}`
}
